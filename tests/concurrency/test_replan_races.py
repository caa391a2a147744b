"""A plan is written only while the state that it stands for has not moved on."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from inventory.dirty import mark_dirty
from inventory.models import DirtyMark, Product, StockLevel
from inventory.receiving import receive_stock
from orders.models import Allocation, OrderPlan, PlanRun
from orders.replan import replan
from orders.replanning import chunks
from orders.replanning.chunks import Written, split, write_chunk
from orders.replanning.draft import Draft, Stopwatch, make_draft
from orders.replanning.queue import plan_due_marks
from orders.rules import policies
from tests.concurrency.race import PATIENCE_S, race
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order
from tests.faults.processes import wait_until


@pytest.fixture
def lamp(transactional_db: None) -> Product:
    """A lamp on hand that two orders want."""
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=1)
    make_order([(lamp, 1)])
    make_order([(lamp, 1)])
    return lamp


def draft_plan() -> Draft:
    return make_draft(None, policies.published(), today=TODAY, watch=Stopwatch())


def write(draft: Draft) -> Written:
    run = PlanRun.objects.create(kind="full")
    [[chunk]] = split(draft)
    written: Written = write_chunk(draft, chunk, run, version=run.pk, quiet=True, now=NOW)
    return written


def receive(lamp: Product, qty: int) -> None:
    receive_stock(sku=lamp.sku, warehouse_code="MAIN", qty=qty, reference="", actor=None, now=NOW)


def test_a_verb_that_commits_between_snapshot_and_write_keeps_its_mark(lamp: Product) -> None:
    draft = draft_plan()
    receive(lamp, 1)

    written = write(draft)

    assert written.skipped == [lamp.pk]
    assert not Allocation.objects.exists()
    assert DirtyMark.objects.filter(product=lamp).count() == 1

    plan_due_marks(timezone.now)

    assert Allocation.objects.count() == 2
    assert not DirtyMark.objects.exists()


def test_a_plan_older_than_another_runs_plan_is_thrown_away(lamp: Product) -> None:
    draft = draft_plan()
    receive(lamp, 1)
    plan_due_marks(timezone.now)  # takes the new mark with it: only the pool's version tells

    written = write(draft)

    assert written.skipped == [lamp.pk]
    assert StockLevel.objects.get().reserved == 2


def test_the_same_draft_is_written_once(lamp: Product) -> None:
    draft = draft_plan()

    assert write(draft).skipped == []
    assert write(draft).skipped == [lamp.pk]
    assert StockLevel.objects.get().reserved == 1


def test_a_mark_that_the_snapshot_saw_goes_with_the_plan(lamp: Product) -> None:
    receive(lamp, 1)

    written = write(draft_plan())

    assert (written.skipped, written.rows["marks"]) == ([], 1)
    assert not DirtyMark.objects.exists()


def test_planning_waits_for_a_verb_in_flight_and_then_sees_it(lamp: Product) -> None:
    assert _write_while_a_verb_is_in_flight(lamp).skipped == [lamp.pk]


@pytest.mark.breaks_counters
def test_without_the_pools_lock_a_verb_in_flight_is_overlooked(lamp: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "lock_pools", lambda products: None)

    assert _write_while_a_verb_is_in_flight(lamp).skipped == []


def _write_while_a_verb_is_in_flight(lamp: Product) -> Written:
    """Mark the pool in one connection, write a plan in another, commit the mark once the writer waits or is done."""
    draft = draft_plan()
    marked, done = threading.Event(), threading.Event()

    def verb() -> None:
        with transaction.atomic():
            mark_dirty([lamp.pk], cause="test")
            marked.set()
            wait_until(lambda: done.is_set() or _somebody_waits(), "the planner to wait for us, or to be done")

    def planner() -> Written:
        assert marked.wait(PATIENCE_S)
        try:
            return write(draft)
        finally:
            done.set()

    return race([verb, planner])[1].value


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def test_runs_on_two_pools_of_one_order_add_up(transactional_db: None) -> None:
    products = [make_product() for _ in range(4)]
    for product in products:
        make_stock(product, on_hand=1)
    order = make_order([(product, 1) for product in products])

    race([lambda p=p: replan(product_ids=[p.pk], cause="test", now=NOW) for p in products])

    plan = OrderPlan.objects.get(order=order)
    assert (plan.open_lines, plan.short_lines) == (4, 0)
    assert plan.promised_on == TODAY
