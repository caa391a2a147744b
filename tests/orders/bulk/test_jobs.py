from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.errors import Conflict, DomainError, Invalid, NotFound
from orders import tasks
from orders.bulk import jobs, working
from orders.bulk.change import Applied, Chunk
from orders.bulk.holding import SetExpedited
from orders.bulk.jobs import CHUNK, start_job, undo_job, work_chunk
from orders.bulk.working import PACE_SECONDS, work_jobs
from orders.models import BulkJob, BulkJobStatus, BulkRowState, Order
from tests.factories import NOW
from tests.factories.inventory import make_product
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db


def orders(count: int) -> list[Order]:
    product = make_product()
    return [make_order([(product, 1)]) for _ in range(count)]


def start(action: str = "expedite", **params: Any) -> BulkJob:
    return start_job(action=action, orders=Order.objects.values_list("pk"), params=params, actor=None, now=NOW)


def work() -> bool:
    return work_jobs(lambda: NOW)


def refused(call: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call()
    return caught.value


def test_workers_do_a_job_to_its_end_and_count_it() -> None:
    orders(5)
    job = start()
    assert (job.total, job.status) == (5, BulkJobStatus.RUNNING)

    assert not work()

    job.refresh_from_db()
    assert (job.done, job.failed, job.status, job.finished_at) == (5, 0, BulkJobStatus.DONE, NOW)
    assert Order.objects.filter(is_expedited=True).count() == 5


def test_starting_wakes_a_worker(kicks: list[str], django_capture_on_commit_callbacks: Any) -> None:
    orders(1)

    with django_capture_on_commit_callbacks(execute=True):
        start()

    assert "orders.tasks.work_bulk_jobs" in kicks


def test_the_task_works(kicks: list[str]) -> None:
    orders(1)
    job = start()

    tasks.work_bulk_jobs()

    job.refresh_from_db()
    assert job.done == 1


@pytest.mark.parametrize(
    ("action", "params", "field"),
    [
        ("nonsense", {}, "action"),
        ("hold", {"kind": "mood"}, "kind"),
        ("eta", {"reason": "x"}, "eta_on"),
        ("eta", {"eta_on": "2099-01-01", "days": "3", "reason": "x"}, "eta_on"),
        ("eta", {"eta_on": "tomorrow", "reason": "x"}, "eta_on"),
        ("eta", {"days": "0", "reason": "x"}, "days"),
        ("eta", {"days": "99999", "reason": "x"}, "days"),
        ("eta", {"days": "3", "reason": " "}, "reason"),
        ("assign", {"owner": "987654"}, "owner"),
        ("assign", {"owner": "me"}, "owner"),
        ("note", {"body": "  "}, "body"),
        ("cancel", {"reason": ""}, "reason"),
        ("hold", {"kind": "credit", "reason": "a\u200bb"}, "reason"),
    ],
)
def test_wrong_parameters_are_refused_by_name_and_nothing_is_kept(action: str, params: Any, field: str) -> None:
    orders(1)

    error = refused(lambda: start(action, **params))

    assert isinstance(error, Invalid)
    assert field in error.fields
    assert not BulkJob.objects.exists()


def test_no_orders_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(start).code == "no_orders"
    orders(3)
    monkeypatch.setattr(jobs, "MAX_ORDERS", 2)

    assert refused(start).code == "too_many"
    assert not BulkJob.objects.exists()


def test_what_cannot_be_undone_says_so() -> None:
    orders(2)
    for action, params in (("note", {"body": "x"}), ("cancel", {"reason": "x"})):
        job = start(action, **params)
        work()
        assert refused(lambda job=job: undo_job(job.pk, actor=None, now=NOW)).code == "lasting"


def test_a_job_is_undone_once_and_an_undo_not_at_all() -> None:
    orders(1)
    job = start()
    assert refused(lambda: undo_job(job.pk, actor=None, now=NOW)).code == "no_change"
    work()

    back = undo_job(job.pk, actor=None, now=NOW)
    work()

    assert not Order.objects.filter(is_expedited=True).exists()
    for done in (job, back):
        assert isinstance(refused(lambda done=done: undo_job(done.pk, actor=None, now=NOW)), Conflict)
    assert isinstance(refused(lambda: undo_job(987654, actor=None, now=NOW)), NotFound)


def test_undoing_a_running_job_stops_it_and_takes_back_what_it_has_done() -> None:
    orders(3)
    job = start()
    assert work_chunk(job.pk, now=NOW, size=2)

    back = undo_job(job.pk, actor=None, now=NOW)
    work()

    job.refresh_from_db()
    back.refresh_from_db()
    assert (job.status, job.done, job.rows.filter(state=BulkRowState.WAITING).count()) == ("stopped", 2, 1)
    assert (back.total, back.done) == (2, 2)
    assert not Order.objects.filter(is_expedited=True).exists()


def test_an_order_that_an_error_keeps_back_does_not_hold_up_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    unlucky = orders(5)[2]

    def fail(self: SetExpedited, chunk: Chunk) -> Applied:
        if unlucky.pk in chunk.ids:
            raise RuntimeError("a bug")
        Order.objects.filter(pk__in=chunk.ids).update(is_expedited=True)
        return Applied()

    monkeypatch.setattr(SetExpedited, "apply", fail)
    job = start()
    work()

    job.refresh_from_db()
    assert (job.done, job.failed, job.status) == (4, 1, BulkJobStatus.DONE)
    assert set(Order.objects.filter(is_expedited=False)) == {unlucky}
    assert "error on our side" in job.rows.get(state=BulkRowState.FAILED).why


def test_a_minute_is_enough_for_one_task(monkeypatch: pytest.MonkeyPatch) -> None:
    orders(1)
    start()
    monkeypatch.setattr(working, "SECONDS", 0.0)

    assert work()  # there is more to do


class Clock:
    """Stands in for ``time``: each look at it takes a while, and waiting is written down."""

    def __init__(self, *, look: float) -> None:
        self.now, self.look, self.waited = 0.0, look, list[float]()

    def monotonic(self) -> float:
        self.now += self.look
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waited.append(round(seconds, 3))
        self.now += seconds


@pytest.mark.parametrize(("look", "waited"), [(0.01, [0.29, 0.29]), (1.0, [0.0, 0.0])])
def test_a_quick_action_leaves_the_pages_room_and_a_slow_one_does_not_wait(
    monkeypatch: pytest.MonkeyPatch, look: float, waited: list[float]
) -> None:
    orders(6)
    clock = Clock(look=look)
    monkeypatch.setattr(working, "time", clock)
    monkeypatch.setattr(working, "CHUNK", 2)
    start()

    work()

    assert clock.waited == waited  # between three chunks, not after the last
    assert Order.objects.filter(is_expedited=True).count() == 6


def test_a_short_job_does_not_wait_for_a_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = orders(6)
    monkeypatch.setattr(working, "CHUNK", 2)
    long = start()
    one = Order.objects.filter(pk=chosen[0].pk).values_list("pk")
    short = start_job(action="note", orders=one, params={"body": "x"}, actor=None, now=NOW)
    left: list[int] = []

    def pause(_seconds: float) -> None:
        if not BulkJob.objects.get(pk=short.pk).is_running:
            left.append(long.rows.filter(state=BulkRowState.WAITING).count())

    monkeypatch.setattr(working.time, "sleep", pause)
    work()

    assert left[0] == 2  # the long job has had two turns of three
    assert set(BulkJob.objects.values_list("status", flat=True)) == {BulkJobStatus.DONE}


def test_ten_thousand_orders_are_done_in_time_however_gently() -> None:
    assert 10_000 / CHUNK * PACE_SECONDS <= 20


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("expedite", {}),
        ("hold", {"kind": "credit"}),
        ("eta", {"days": "3", "reason": "x", "eta_on": "2099-01-01"}),
        ("cancel", {"reason": "x"}),
    ],
)
def test_a_chunk_costs_a_fixed_number_of_queries(action: str, params: dict[str, str]) -> None:
    params.pop("days", None)
    orders(2)
    few = queries(start(action, **params))
    orders(40)

    many = queries(start(action, **params))

    assert many <= few + 1  # some of the second job's orders are refused: one more UPDATE says why


def queries(job: BulkJob) -> int:
    with CaptureQueriesContext(connection) as captured:
        work_chunk(job.pk, now=NOW)
    return len(captured)
