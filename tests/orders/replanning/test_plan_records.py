"""Runs that are planned again, and runs that are compared."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from inventory.models import PurchaseOrderLine, StockLevel
from kernel.errors import NotFound
from orders.models import Order, OrderPlan, PlanRecord, PlanRun, Policy
from orders.planning.attributes import CATALOGUE, Source
from orders.planning.presets import BALANCED_PRIORITY, FIFO
from orders.replan import replan
from orders.replanning.plan_records import replay
from orders.replanning.run_comparison import compare_order, compare_runs
from orders.rules.policies import published
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import make_customer, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def backlog() -> tuple[Order, Order]:
    product = make_product("MUG")
    make_stock(product, on_hand=1)
    make_purchase_order([(product, 5)])
    old = make_order([(product, 1)], placed_at=NOW - timedelta(days=2))
    young = make_order([(product, 1)], placed_at=NOW - timedelta(days=1), customer=make_customer(tier="platinum"))
    return old, young


def plan(**options: Any) -> PlanRun:
    return replan(product_ids=None, cause="test", now=NOW, **options)


def late(days: int) -> None:
    PurchaseOrderLine.objects.update(expected_on=TODAY + timedelta(days=10 + days))


def test_a_run_planned_again_gives_the_same_plan_whatever_has_changed_since(backlog: tuple[Order, Order]) -> None:
    run = plan()
    late(20)
    StockLevel.objects.update(on_hand=0, reserved=0)
    Order.objects.update(is_expedited=True)

    again = replay(run.pk)

    assert again.is_same
    assert again.plan_hash == PlanRun.objects.get(pk=run.pk).plan_hash
    assert again.plan.allocated_qty.tolist() == [0, 1]


def test_a_plan_that_is_not_the_runs_is_noticed(backlog: tuple[Order, Order]) -> None:
    run = plan()
    PlanRun.objects.update(plan_hash="0" * 64)

    assert not replay(run.pk).is_same
    with pytest.raises(CommandError, match="differs"):
        call_command("replay_run", str(run.pk), stdout=StringIO())


def test_inputs_of_every_kind_can_be_kept(backlog: tuple[Order, Order]) -> None:
    readable = [name for name, entry in CATALOGUE.items() if entry.source is Source.ORDER_BOOK]
    rules = [
        {"id": f"rule_{number}", "label": name, "when": {"attribute": name, "op": "is_known"},
         "points": {"type": "fixed", "points": 1}}
        for number, name in enumerate(readable)
    ]  # fmt: skip
    segments = [{"id": "all", "label": "All", "guarantee": "gain"}]
    document = {"version": 1, "strategy": "priority", "rules": rules, "segments": segments}
    Policy.objects.filter(pk=published().pk).update(rules=document)

    assert replay(plan().pk).is_same
    assert replay(plan().pk).is_same  # now with a plan in force, which the segments measure against


def test_only_the_newest_runs_are_kept(backlog: tuple[Order, Order], settings: Any) -> None:
    settings.PLAN_RECORDS_KEPT = 2
    runs = [plan() for _ in range(3)]

    assert list(PlanRecord.objects.order_by("pk").values_list("pk", flat=True)) == [run.pk for run in runs[1:]]
    with pytest.raises(NotFound, match="not kept"):
        replay(runs[0].pk)


def test_what_is_too_large_or_tells_nobody_is_not_kept(backlog: tuple[Order, Order], settings: Any) -> None:
    plan(quiet=True)
    settings.PLAN_RECORD_MAX_LINES = 1
    plan()

    assert not PlanRecord.objects.exists()


def test_a_run_whose_inputs_cannot_be_kept_stands(
    backlog: tuple[Order, Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> bytes:
        raise TypeError("nothing of the kind")

    monkeypatch.setattr("orders.replanning.plan_records.pack", broken)

    assert plan().status == "done"
    assert not PlanRecord.objects.exists()


def test_other_rules_are_tried_on_a_run(backlog: tuple[Order, Order], tmp_path: Path) -> None:
    old, young = backlog
    run, out, file = plan(), StringIO(), tmp_path / "fifo.json"
    file.write_text(json.dumps(FIFO))

    call_command("replay_run", str(run.pk), stdout=out)
    call_command("replay_run", str(run.pk), "--policy", str(file), stdout=out)

    assert "The same plan, bit for bit." in out.getvalue()
    assert f"run {run.pk} by these rules: 1 orders sooner, 1 later" in out.getvalue()
    assert f"{old.ref} 2026-11-26 → 2026-11-16: Moves up 1 place" in out.getvalue()
    assert f"{young.ref} 2026-11-16 → 2026-11-26: Falls back 1 place" in out.getvalue()


def test_wrong_rules_are_not_tried(backlog: tuple[Order, Order], tmp_path: Path) -> None:
    run, file = plan(), tmp_path / "wrong.json"
    file.write_text(json.dumps({**BALANCED_PRIORITY, "strategy": "magic"}))

    with pytest.raises(CommandError, match="strategy"):
        call_command("replay_run", str(run.pk), "--policy", str(file))
    file.write_text('{"version": 1, "version": 1}')
    with pytest.raises(CommandError, match="given twice"):
        call_command("replay_run", str(run.pk), "--policy", str(file))


def test_runs_are_compared_by_the_ledger_and_by_replay(backlog: tuple[Order, Order]) -> None:
    old, _ = backlog
    first = plan()
    late(8)
    middle = plan()
    late(4)
    last = plan()

    found = compare_runs(first.pk, last.pk)

    assert (found.changed, found.sooner, found.later) == (1, 0, 1)
    assert [(move.ref, move.old_on, move.new_on) for move in found.moves] == [
        (old.ref, TODAY + timedelta(days=10), OrderPlan.objects.get(order=old).eta_p50)
    ]
    assert (found.on_time_before, found.on_time_after) == (1, 0)
    assert found.replayed is not None
    assert (found.replayed.later, found.replayed.losers[0].ref) == (1, old.ref)
    assert compare_runs(middle.pk, last.pk).sooner == 1
    assert compare_runs(last.pk, first.pk) == found


def test_a_date_that_went_to_and_fro_has_not_changed(backlog: tuple[Order, Order]) -> None:
    first = plan()
    late(8)
    plan()
    late(0)
    last = plan()

    found = compare_runs(first.pk, last.pk)

    assert (found.changed, found.moves) == (0, ())
    assert len(compare_order(backlog[0].ref, first.pk, last.pk).changes) == 2


def test_one_order_is_compared_in_two_runs(backlog: tuple[Order, Order]) -> None:
    old, _ = backlog
    first = plan()
    Order.objects.filter(pk=old.pk).update(is_expedited=True)
    last = plan()

    found = compare_order(old.ref, first.pk, last.pk)

    assert found.before is not None
    assert found.after is not None
    assert (found.before.rank, found.before.units_ready, found.before.reason) == (2, 0, "Stock on its way")
    assert (found.after.rank, found.after.units_ready, found.after.reason) == (1, 1, "Ready to ship")
    assert [change.new_on for change in found.changes] == [TODAY]


def test_runs_that_are_not_kept_are_compared_by_the_ledger_alone(backlog: tuple[Order, Order], settings: Any) -> None:
    settings.PLAN_RECORDS_KEPT = 0
    first = plan()
    late(8)
    last = plan()

    found = compare_runs(first.pk, last.pk)

    assert (found.later, found.replayed) == (1, None)
    assert compare_order(backlog[0].ref, first.pk, last.pk).before is None


@pytest.mark.parametrize("other", [0, 987654])
def test_runs_that_do_not_exist_are_not_compared(backlog: tuple[Order, Order], other: int) -> None:
    run = plan()

    with pytest.raises(NotFound):
        compare_runs(run.pk, other or run.pk)
