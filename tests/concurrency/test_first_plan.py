"""A first plan is built aside and takes over whole: what it writes, what it leaves alone, and what may go wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from inventory.dirty import mark_dirty
from inventory.models import DirtyMark, Product
from inventory.receiving import receive_stock
from kernel import transactions
from notifications.models import Fact
from orders.benchmark.seed import forget_plan
from orders.integrity import check, count_unplanned
from orders.models import EtaRevision, LinePlan, Order, OrderPlan, OrderPromise, PlanRun
from orders.replan import replan
from orders.replanning import aside, chunks, first_plan, rollup
from orders.replanning.queue import plan_due_marks
from tests.concurrency.race import PATIENCE_S, race
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock, make_warehouse
from tests.factories.orders import make_order
from tests.faults.processes import wait_until
from tests.orders.replanning.worlds import make_world, stored_plan

_TABLES = ("orders_lineplan", "orders_orderplan", "orders_allocation", "orders_peg")


@pytest.fixture(autouse=True)
def _short_is_long_enough(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_plan, "FEWEST_LINES", 1)
    monkeypatch.setattr(chunks, "CHUNK_LINES", 5)
    monkeypatch.setattr(rollup, "_BLOCK", 2)


@pytest.fixture
def taken_over(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether copies took over, each time that it was tried."""
    tried: list[bool] = []

    def noted(tables: tuple[str, ...]) -> bool:
        tried.append(switch_in(tables))
        return tried[-1]

    switch_in = aside.switch_in
    monkeypatch.setattr(first_plan, "switch_in", noted)
    return tried


def full_run(*, quiet: bool = False) -> PlanRun:
    return replan(product_ids=None, cause="test", now=NOW, quiet=quiet)


def all_that_is_stored() -> dict[str, Any]:
    promises = OrderPromise.objects.order_by("order_id").values()
    revisions = EtaRevision.objects.order_by("order_id").values("order_id", "kind", "old_on", "new_on", "reason", "at")
    facts = Fact.objects.order_by("subject").values("kind", "subject", "payload")
    return stored_plan() | {"promises": list(promises), "revisions": list(revisions), "facts": list(facts)}


def assert_promised_as_planned() -> None:
    promised = dict(OrderPlan.objects.filter(promised_on__isnull=False).values_list("order_id", "promised_on"))
    assert promised == dict(OrderPromise.objects.values_list("order_id", "promised_on"))
    assert EtaRevision.objects.filter(kind="promised").count() == len(promised) > 0


def forget_the_plan() -> None:
    forget_plan()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notifications_fact CASCADE")


@pytest.mark.parametrize("quiet", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_it_writes_what_a_run_writes_in_the_usual_way(
    seed: int, quiet: bool, taken_over: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_world(seed)
    counts = full_run(quiet=quiet).counts
    built = all_that_is_stored()
    assert taken_over == [True]
    assert full_run(quiet=quiet).counts["rows_written"] == 0
    forget_the_plan()
    monkeypatch.setattr(first_plan, "FEWEST_LINES", 1_000_000)

    usual = full_run(quiet=quiet).counts

    assert all_that_is_stored() == built
    assert counts == usual
    assert taken_over == [True]


def test_the_tables_are_afterwards_what_they_were(taken_over: list[bool]) -> None:
    make_world(1)
    before = [_catalogue(table) for table in _TABLES]

    full_run()

    assert taken_over == [True]
    assert [_catalogue(table) for table in _TABLES] == before
    assert _schemas() == []


def test_readers_see_no_plan_and_then_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    make_world(2)
    seen: list[tuple[int, ...]] = []
    monkeypatch.setattr(first_plan, "_fill", _looking(first_plan._fill, seen))
    monkeypatch.setattr(first_plan, "take_over", _looking(first_plan.take_over, seen))

    full_run()

    *while_it_was_built, when_it_took_over = seen
    assert set(while_it_was_built) == {(0, 0, 0, 0)}
    assert when_it_took_over == _counts()


def test_a_component_that_moved_on_meanwhile_is_left_to_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    lamp, chair = make_product("LAMP"), make_product("CHAIR")
    for product in (lamp, chair):
        make_stock(product, on_hand=3)
    both, chairs = make_order([(lamp, 1), (chair, 1)]), make_order([(chair, 2)])
    monkeypatch.setattr(first_plan, "side_by_side", _after(first_plan.side_by_side, lambda: _receive(lamp)))

    run = full_run()

    assert run.counts["skipped_products"] == 1
    assert set(LinePlan.objects.values_list("product_id", flat=True)) == {chair.pk}
    assert not OrderPlan.objects.get(order=both).eta_p50
    assert set(OrderPromise.objects.values_list("order_id", flat=True)) == {chairs.pk}
    assert check() == []

    plan_due_marks(timezone.now)

    assert OrderPlan.objects.get(order=both).eta_p50
    assert not DirtyMark.objects.exists()
    assert count_unplanned() == 0


def test_it_waits_for_a_verb_in_flight_and_leaves_its_product_out(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _plan_while_a_verb_is_in_flight(monkeypatch)

    assert run.counts["skipped_products"] == 1
    assert not LinePlan.objects.exists()


@pytest.mark.breaks_counters
def test_without_the_pools_lock_a_verb_in_flight_is_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_plan, "lock_pools", lambda products: None)

    assert _plan_while_a_verb_is_in_flight(monkeypatch).counts["skipped_products"] == 0


def _plan_while_a_verb_is_in_flight(monkeypatch: pytest.MonkeyPatch) -> PlanRun:
    """Mark a product in one connection while the plan is built, commit once the planner waits or is done."""
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=3)
    make_order([(lamp, 1)])
    built, marked, planned = threading.Event(), threading.Event(), threading.Event()

    def let_it_mark() -> None:
        built.set()
        assert marked.wait(PATIENCE_S)

    monkeypatch.setattr(first_plan, "side_by_side", _after(first_plan.side_by_side, let_it_mark))

    def verb() -> None:
        assert built.wait(PATIENCE_S)
        with transaction.atomic():
            mark_dirty([lamp.pk], cause="test")
            marked.set()
            wait_until(lambda: planned.is_set() or _somebody_waits(), "the planner to wait for us, or to be done")

    def planner() -> PlanRun:
        try:
            return full_run(quiet=True)
        finally:
            planned.set()

    run: PlanRun = race([verb, planner])[1].value
    return run


def test_an_order_that_was_promised_a_day_keeps_it(taken_over: list[bool]) -> None:
    make_world(3)
    make_warehouse("MAIN")
    full_run()
    promised = list(OrderPromise.objects.order_by("order_id").values_list("order_id", "promised_on"))
    assert promised
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE orders_allocation, orders_peg, orders_lineplan, orders_orderplan, orders_poolplan")
        cursor.execute("UPDATE inventory_stocklevel SET reserved = 0")
    for product in Product.objects.all():
        _receive(product)

    full_run()

    assert taken_over == [True, True]
    assert list(OrderPromise.objects.order_by("order_id").values_list("order_id", "promised_on")) == promised
    assert dict(OrderPlan.objects.values_list("order_id", "promised_on")).items() >= dict(promised).items()
    assert full_run().counts["rows_written"] == 0


@pytest.mark.parametrize("step", ["_roll_up", "_fill", "take_over", "switch_in"])
def test_a_run_that_dies_before_it_takes_over_changes_nothing(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_world(4)
    with monkeypatch.context() as dying:
        dying.setattr(first_plan, step, _die)
        with pytest.raises(RuntimeError, match="power cut"):
            full_run()
    assert _counts() == (0, 0, 0, 0)
    assert _schemas() == [aside.SCHEMA]
    assert not OrderPromise.objects.exists()
    assert not Fact.objects.exists()

    full_run()

    assert _schemas() == []
    assert count_unplanned() == 0
    assert OrderPlan.objects.count() == Order.objects.count()


def test_a_run_that_dies_before_the_promises_makes_them_when_it_is_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_world(5)
    with monkeypatch.context() as dying:
        dying.setattr(first_plan, "promise_chunk", _die)
        with pytest.raises(RuntimeError, match="power cut"):
            full_run()
    assert LinePlan.objects.exists()
    assert not OrderPromise.objects.exists()

    full_run()

    assert_promised_as_planned()
    assert Fact.objects.filter(kind="orders.backordered").exists()


@pytest.mark.breaks_counters
def test_without_waiting_for_the_switch_promises_outlive_a_plan_that_never_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_world(5)
    monkeypatch.setattr(first_plan, "is_committed", lambda number: True)
    monkeypatch.setattr(first_plan, "switch_in", _die)

    with pytest.raises(RuntimeError, match="power cut"):
        full_run()

    assert OrderPromise.objects.exists()
    assert not OrderPlan.objects.exists()


def test_promises_that_waited_in_vain_are_made_after_the_switch(
    taken_over: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_world(5)
    monkeypatch.setattr(first_plan, "is_committed", _time_out)

    full_run()

    assert taken_over == [True]
    assert_promised_as_planned()
    assert full_run().counts["rows_written"] == 0


def test_a_table_on_which_something_hangs_is_not_replaced(taken_over: list[bool]) -> None:
    make_world(6)
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW late_orders AS SELECT order_id FROM orders_orderplan WHERE slip_days > 0")
    try:
        full_run()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM late_orders")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP VIEW late_orders")

    assert taken_over == [False]
    assert OrderPlan.objects.count() == Order.objects.count()
    assert _schemas() == []


def test_where_somebody_keeps_reading_the_run_writes_in_the_usual_way(
    taken_over: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_world(7)
    monkeypatch.setattr(aside, "_LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(transactions, "MAX_TRIES", 1)
    reading, done = threading.Event(), threading.Event()

    def reader() -> None:
        with transaction.atomic():
            assert not OrderPlan.objects.exists()
            reading.set()
            assert done.wait(PATIENCE_S)

    def planner() -> None:
        assert reading.wait(PATIENCE_S)
        try:
            full_run()
        finally:
            done.set()

    race([reader, planner])

    assert taken_over == []
    assert OrderPlan.objects.count() == Order.objects.count()
    assert count_unplanned() == 0


def test_a_plan_that_another_run_wrote_meanwhile_is_not_replaced(
    taken_over: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_world(8)
    stool = make_product("STOOL")

    def order_and_plan() -> None:
        make_stock(stool, make_warehouse("C"), on_hand=2)
        make_order([(stool, 1)])
        replan(product_ids=[stool.pk], cause="test", now=NOW)

    monkeypatch.setattr(first_plan, "side_by_side", _after(first_plan.side_by_side, order_and_plan))

    full_run()

    assert taken_over == [False]
    assert_promised_as_planned()
    assert LinePlan.objects.filter(product=stool).count() == 1
    assert OrderPlan.objects.count() == Order.objects.count()
    assert count_unplanned() == 0


def _catalogue(table: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(aside._ANATOMY, [[table]])
        return cursor.fetchone()


def _schemas() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname = %s", [aside.SCHEMA])
        return [row[0] for row in cursor.fetchall()]


def _counts() -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in _TABLES))
        return tuple(cursor.fetchone())


def _looking(step: Callable[..., Any], seen: list[tuple[int, ...]]) -> Callable[..., Any]:
    """Do the step and let a connection of its own count what is there."""

    def looked(*args: Any, **kwargs: Any) -> Any:
        found = step(*args, **kwargs)
        race([lambda: seen.append(_counts())])
        return found

    return looked


def _after(step: Callable[..., Any], event: Callable[[], Any]) -> Callable[..., Any]:
    """Let something happen on another connection after the first call of a step."""
    events = iter([event])

    def done(*args: Any) -> Any:
        found = step(*args)
        for happen in events:
            race([happen])
        return found

    return done


def _receive(product: Product) -> None:
    receive_stock(sku=product.sku, warehouse_code="MAIN", qty=2, reference="", actor=None, now=NOW)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def _time_out(number: int) -> bool:
    raise OperationalError("canceling statement due to lock timeout")


def _die(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("power cut")
