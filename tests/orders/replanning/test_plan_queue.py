"""Dirty marks are claimed, coalesced, freed when a worker dies, and set aside when they poison planning."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from inventory.dirty import mark_dirty
from inventory.models import DirtyMark, Product
from orders.models import LinePlan, PlanRun
from orders.replan import finish_full_runs, is_full_run_due, plan_marked, replan, request_full_run
from orders.replanning import queue
from orders.replanning.queue import LEASE, plan_due_marks
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def products() -> list[Product]:
    made = [make_product() for _ in range(3)]
    for product in made:
        make_stock(product, on_hand=1)
        make_order([(product, 1)])
    return made


def mark(*products: Product) -> None:
    with transaction.atomic():
        mark_dirty([product.pk for product in products], cause="test")


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def test_marks_are_planned_together_and_go(products: list[Product]) -> None:
    mark(*products)
    mark(products[0])

    assert plan_due_marks(timezone.now) is False

    assert not DirtyMark.objects.exists()
    assert LinePlan.objects.count() == 3
    assert PlanRun.objects.count() == 1


def test_no_marks_no_run() -> None:
    plan_due_marks(timezone.now)

    assert not PlanRun.objects.exists()


def test_a_dead_workers_marks_come_back_when_their_lease_ends(products: list[Product]) -> None:
    mark(products[0])
    now = timezone.now()
    DirtyMark.objects.update(lease_until=now + LEASE, attempts=1)

    plan_due_marks(at(now + LEASE - timedelta(seconds=1)))
    assert DirtyMark.objects.count() == 1

    plan_due_marks(at(now + LEASE + timedelta(seconds=1)))
    assert not DirtyMark.objects.exists()


def test_a_product_in_work_is_left_to_whoever_has_it(products: list[Product]) -> None:
    mark(products[0])
    now = timezone.now()
    DirtyMark.objects.update(lease_until=now + LEASE, attempts=1)
    mark(products[0])

    plan_due_marks(at(timezone.now()))

    assert DirtyMark.objects.count() == 2


def test_a_poisoned_pool_is_set_aside_and_the_rest_goes_on(
    products: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = products[1].pk

    def plan_but_poison(product_ids: Collection[int], *, now: datetime) -> PlanRun:
        if poison in product_ids:
            raise ZeroDivisionError("poison")
        return plan_marked(product_ids, now=now)

    monkeypatch.setattr(queue, "plan_marked", plan_but_poison)
    mark(*products)
    now = timezone.now()

    for minute in range(5):
        plan_due_marks(at(now + timedelta(minutes=minute + 1)))

    left = DirtyMark.objects.get()
    assert (left.product_id, left.is_quarantined, left.attempts) == (poison, True, 5)
    assert left.last_error == "ZeroDivisionError: poison"
    assert LinePlan.objects.count() == 2


def test_a_full_run_frees_a_quarantined_pool(products: list[Product]) -> None:
    mark(products[0])
    DirtyMark.objects.update(is_quarantined=True)

    replan(product_ids=None, cause="test", now=timezone.now())

    assert not DirtyMark.objects.exists()


def test_marks_whose_worker_dies_each_time_are_set_aside(products: list[Product]) -> None:
    mark(products[0])
    now = timezone.now()
    DirtyMark.objects.update(attempts=5, lease_until=now - timedelta(seconds=1))

    plan_due_marks(at(now))

    assert DirtyMark.objects.get().is_quarantined


def test_a_failed_run_is_kept_with_its_error(products: list[Product], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.replanning.draft.engine.plan", lambda *args, **options: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        replan(product_ids=None, cause="test", now=timezone.now())

    run = PlanRun.objects.get()
    assert (run.status, run.error) == ("failed", "ZeroDivisionError: division by zero")
    assert run.finished_at is not None


def test_full_runs_that_were_asked_for_are_answered_by_one(products: list[Product]) -> None:
    first = request_full_run(cause="test", now=timezone.now())
    request_full_run(cause="test", now=timezone.now())

    assert finish_full_runs(now=timezone.now()) == 1

    first.refresh_from_db()
    assert first.status == "done"
    assert first.counts["lines"] == 3
    assert not PlanRun.objects.filter(status="running").exists()
    assert finish_full_runs(now=timezone.now()) == 0


def test_a_full_run_is_due_once_a_day(products: list[Product]) -> None:
    now = timezone.now()
    assert is_full_run_due(now=now)

    replan(product_ids=None, cause="test", now=now)

    assert not is_full_run_due(now=now)
    assert is_full_run_due(now=now + timedelta(days=1))
