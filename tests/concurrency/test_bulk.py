"""Jobs on many orders against each other and against people: no deadlock, nothing lost, nothing twice."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from django.db import OperationalError, transaction

from kernel import transactions
from kernel.locks import session_lock
from notifications.models import Fact
from orders.bulk import working
from orders.bulk.jobs import start_job, work_chunk
from orders.bulk.working import work_jobs
from orders.handling.lifecycle import expedite, hold
from orders.models import BulkJob, BulkRowState, Hold, Order
from tests.concurrency.race import PATIENCE_S, race
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_line, make_order


@pytest.fixture
def orders(transactional_db: None) -> list[Order]:
    """Twelve orders for three products, two units each allocated."""
    products = [make_product() for _ in range(3)]
    for product in products:
        make_stock(product, on_hand=50)
    made = [make_order([(products[n % 3], 5)]) for n in range(12)]
    for order in made:
        allocate(make_line(order), 2)
    return made


def start(action: str, **params: str) -> BulkJob:
    return start_job(action=action, orders=Order.objects.values_list("pk"), params=params, actor=None, now=NOW)


def work(job: BulkJob) -> None:
    while work_chunk(job.pk, now=NOW, size=5):
        pass


def test_jobs_and_people_meet_without_a_deadlock(orders: list[Order], unguarded_retries: None) -> None:
    jobs = [start("hold", kind="credit"), start("expedite"), start("hold", kind="address")]
    people = [partial(hold, order.ref, kind="credit", actor=None, now=NOW) for order in reversed(orders[6:])]

    race([*(partial(work, job) for job in jobs), *people])

    for job in jobs:
        job.refresh_from_db()
        assert (job.status, job.done + job.failed) == ("done", 12)
    assert Hold.objects.filter(kind="credit").count() == 12
    assert Hold.objects.filter(kind="address").count() == 12
    assert Order.objects.filter(is_expedited=True).count() == 12


def test_two_workers_at_one_job_do_each_order_once(orders: list[Order]) -> None:
    job = start("expedite")

    race([partial(work, job)] * 4)
    work(job)

    job.refresh_from_db()
    assert (job.done, job.failed) == (12, 0)
    assert Fact.objects.filter(kind="orders.expedited").count() == 12
    assert set(Order.objects.values_list("version", flat=True)) == {2}


def test_one_worker_at_a_time_is_at_jobs_however_many_there_are(orders: list[Order]) -> None:
    jobs = [start("expedite"), start("hold", kind="credit")]

    with session_lock(working._LOCK):
        (other,) = race([partial(work_jobs, lambda: NOW)])
    assert (other.value, Order.objects.filter(is_expedited=True).count(), Hold.objects.count()) == (False, 0, 0)
    race([partial(work_jobs, lambda: NOW)])

    assert set(BulkJob.objects.values_list("pk", "status", "done")) == {(job.pk, "done", 12) for job in jobs}


def test_an_order_that_a_person_changed_first_is_refused_not_done_twice(orders: list[Order]) -> None:
    job = start("expedite")

    race([partial(work, job), *(partial(expedite, order.ref, actor=None, now=NOW) for order in orders)])

    job.refresh_from_db()
    assert job.done + job.failed == 12
    assert job.rows.filter(state=BulkRowState.FAILED, why="Expedited already.").count() == job.failed
    assert Fact.objects.filter(kind="orders.expedited").count() == 12


@pytest.mark.breaks_counters
def test_without_the_one_order_of_locks_two_jobs_stop_each_other(orders: list[Order]) -> None:
    both_hold_one = threading.Barrier(2, timeout=PATIENCE_S)
    stopped: list[str | None] = []

    def lock_one_by_one(first: Order, second: Order) -> None:
        try:
            with transaction.atomic():
                Order.objects.select_for_update(no_key=True).get(pk=first.pk)
                both_hold_one.wait()
                Order.objects.select_for_update(no_key=True).get(pk=second.pk)
        except OperationalError as error:
            stopped.append(transactions.sqlstate(error))

    race([partial(lock_one_by_one, *orders[:2]), partial(lock_one_by_one, *reversed(orders[:2]))])

    assert stopped == ["40P01"]
