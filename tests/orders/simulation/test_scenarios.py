"""Scenarios: what each change does, proved by making it in the database as well and planning that."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.conf import settings

from inventory.models import PurchaseOrderLine, StockLevel, SupplierProduct
from kernel.errors import Invalid
from orders.hands import change_capacity
from orders.models import AllocationState, Hold, LinePlan, Order, OrderLine, OrderPlan, PlanRun, Policy
from orders.planning.grammar import parse_policy
from orders.planning.presets import BALANCED_PRIORITY, FIFO
from orders.replan import replan
from orders.rules.policies import published
from orders.simulation.applying import apply
from orders.simulation.changed import Changed
from orders.simulation.live import Planned, load_live, plan_changed, plan_live
from orders.simulation.moves import day_of
from orders.simulation.names import look_up
from orders.simulation.outlook import Outlook
from orders.simulation.running import simulate
from orders.simulation.scenarios import read_scenarios
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier, make_warehouse
from tests.factories.orders import allocate, make_customer, make_line, make_order

pytestmark = pytest.mark.django_db

SOON = TODAY + timedelta(days=4)
# Reads every kind of column, so that a change which forgets one shows.
RULES: dict[str, Any] = BALANCED_PRIORITY | {
    "rules": [
        *BALANCED_PRIORITY["rules"],
        {"id": "many", "label": "Many", "attribute": "line.open_qty", "points": {"type": "linear", "per_unit": 3}},
        {"id": "dear", "label": "Dear", "attribute": "line.open_value", "points": {"type": "linear", "per_unit": 2}},
        {"id": "total", "label": "Total", "attribute": "order.total_value",
         "points": {"type": "linear", "per_unit": 0.5}},
        {"id": "mugs", "label": "Mugs", "when": {"attribute": "product.sku", "op": "eq", "value": "MUG"},
         "points": {"type": "fixed", "points": 4}},
        {"id": "web", "label": "Web", "when": {"attribute": "order.channel", "op": "eq", "value": "web"},
         "points": {"type": "fixed", "points": 9}},
    ]
}  # fmt: skip


@pytest.fixture
def world() -> dict[str, Any]:
    """Two products in two warehouses, two suppliers with something to come, orders of every kind; nothing planned."""
    Policy.objects.filter(pk=published().pk).update(rules=RULES)
    mug, plate = make_product("MUG", category="Cups"), make_product("PLATE", unit_price="7.00", category="Plates")
    north, south = make_warehouse("NORTH", preference=1), make_warehouse("SOUTH", preference=2)
    for product, warehouse, qty in ((mug, north, 6), (mug, south, 5), (plate, north, 3)):
        make_stock(product, warehouse, on_hand=qty)
    slow, quick = make_supplier("SLOW"), make_supplier("QUICK")
    for supplier, product in ((slow, mug), (quick, plate)):
        SupplierProduct.objects.create(supplier=supplier, product=product, lead_time_days=12, is_preferred=True)
    make_purchase_order([(mug, 4), (plate, 2)], supplier=slow, ref="PO-1", expected_on=TODAY + timedelta(days=9))
    make_purchase_order([(mug, 3)], supplier=quick, ref="PO-2", expected_on=TODAY + timedelta(days=20))
    customers = [make_customer(f"C-{tier}", tier=tier) for tier in ("gold", "standard", "platinum")]
    for index in range(7):
        lines = [(mug, 2 + index % 3), (plate, 1 + index % 2)][: 1 + index % 2]
        make_order(
            lines,
            customer=customers[index % 3],
            ship_policy=("partial", "complete", "one_backorder")[index % 3],
            placed_at=NOW - timedelta(days=10 - index),
        )
    return {"mug": mug, "plate": plate, "north": north, "south": south}


def simulated(*changes: dict[str, Any]) -> Planned:
    (scenario,) = read_scenarios([{"name": "What if", "changes": list(changes)}])
    rules = parse_policy(published().rules)
    live = load_live([rules], today=TODAY)
    names = look_up([scenario])
    changed = Changed(live.inputs[0], live.price_minor, live.standing, live.hands)
    for change in scenario.changes:
        changed = apply(changed, change, names, today=live.today)
    return plan_changed(changed, rules, today=live.today)


def real() -> Planned:
    rules = parse_policy(published().rules)
    live = load_live([rules], today=TODAY)
    return plan_live(live, live.inputs[0], rules)


def move(days: int, **which: Any) -> None:
    for line in PurchaseOrderLine.objects.filter(**which):
        line.expected_on += timedelta(days=days)
        line.save(update_fields=["expected_on"])


def hold_stock(world: dict[str, Any], qty: int, **which: Any) -> None:
    StockLevel.objects.filter(**which).update(on_hand=qty)


def order_in(world: dict[str, Any]) -> None:
    tonight = datetime.combine(TODAY, datetime.max.time(), tzinfo=ZoneInfo(settings.TIME_ZONE))
    make_order([(world["mug"], 3), (world["plate"], 2)], placed_at=tonight, ship_policy="complete", channel="web",
               requested_on=SOON, is_expedited=True, customer=make_customer("NEW", tier="gold"))  # fmt: skip


def grow(world: dict[str, Any]) -> None:
    for line in OrderLine.objects.filter(product=world["mug"]):
        line.ordered_qty = -(-line.ordered_qty * 3 // 2)
        line.save(update_fields=["ordered_qty"])


def buy(world: dict[str, Any]) -> None:
    make_purchase_order([(world["plate"], 5)], warehouse=world["south"], expected_on=SOON,
                        supplier=make_supplier("NONE", delay_p50_days=0, delay_p90_days=0))  # fmt: skip


def slow_down(world: dict[str, Any]) -> None:
    move(7, purchase_order__supplier__code="SLOW")
    SupplierProduct.objects.filter(supplier__code="SLOW").update(lead_time_days=17)


CASES: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], None]]] = {
    "stock lost": (
        {"type": "stock", "sku": "mug", "warehouse": "NORTH", "add": -4},
        lambda w: hold_stock(w, 2, product=w["mug"], warehouse=w["north"]),
    ),
    "more is lost than there is": (
        {"type": "stock", "sku": "MUG", "warehouse": "NORTH", "add": -400},
        lambda w: hold_stock(w, 0, product=w["mug"], warehouse=w["north"]),
    ),
    "stock found": (
        {"type": "stock", "sku": "MUG", "warehouse": "SOUTH", "add": 6},
        lambda w: hold_stock(w, 11, product=w["mug"], warehouse=w["south"]),
    ),
    "stock counted": (
        {"type": "stock", "sku": "MUG", "warehouse": "NORTH", "set": 9},
        lambda w: hold_stock(w, 9, product=w["mug"], warehouse=w["north"]),
    ),
    "stock where there was none": (
        {"type": "stock", "sku": "PLATE", "warehouse": "SOUTH", "set": 8},
        lambda w: make_stock(w["plate"], w["south"], on_hand=8),
    ),
    "a warehouse is lost": (
        {"type": "stock", "warehouse": "NORTH", "set": 0},
        lambda w: hold_stock(w, 0, warehouse=w["north"]),
    ),
    "a product is lost": (
        {"type": "stock", "sku": "MUG", "set": 0},
        lambda w: hold_stock(w, 0, product=w["mug"]),
    ),
    "a supplier slips": ({"type": "delay", "supplier": "SLOW", "days": 7}, slow_down),
    "a purchase order comes sooner": (
        {"type": "delay", "purchase_order": "PO-2", "days": -15},
        lambda w: move(-15, purchase_order__ref="PO-2"),
    ),
    "something is bought": (
        {"type": "purchase", "sku": "PLATE", "warehouse": "SOUTH", "qty": 5, "expected_on": SOON.isoformat()},
        buy,
    ),
    "demand grows": ({"type": "demand", "sku": "MUG", "percent": 50}, grow),
    "demand of a category grows": ({"type": "demand", "category": "Cups", "percent": 50}, grow),
    "a big order": (
        {"type": "order", "tier": "gold", "channel": "web", "ship_policy": "complete", "expedited": True,
         "requested_on": SOON.isoformat(), "lines": [{"sku": "MUG", "qty": 3}, {"sku": "PLATE", "qty": 2}]},
        order_in,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_change_plans_as_if_it_had_happened(case: str, world: dict[str, Any]) -> None:
    change, happen = CASES[case]
    as_it_is = real()

    foreseen = simulated(change)
    assert np.array_equal(real().outlook.eta, as_it_is.outlook.eta)  # nothing has changed yet
    happen(world)
    happened = real()

    assert not _same(foreseen, as_it_is), "the case changes nothing, so it proves nothing"
    for name in Outlook.__slots__:
        if name != "order_id":  # an order that came in has another key
            assert np.array_equal(getattr(foreseen.outlook, name), getattr(happened.outlook, name)), name
    assert np.array_equal(foreseen.plan.score, happened.plan.score)
    assert foreseen.figures == happened.figures


def _same(one: Planned, other: Planned) -> bool:
    return all(np.array_equal(getattr(one.outlook, name), getattr(other.outlook, name)) for name in Outlook.__slots__)


@pytest.fixture
def hands(world: dict[str, Any]) -> None:
    """The northern warehouse picks four units a day; one order is pinned, one is picked, one is held."""
    change_capacity("NORTH", weekdays=[4] * 7, actor=None, now=NOW)
    first, second, third = Order.objects.order_by("pk")[:3]
    allocate(make_line(first), 1, warehouse=world["north"], state=AllocationState.PINNED)
    allocate(make_line(second), 1, warehouse=world["north"], state=AllocationState.PICKED)
    Hold.objects.create(order=third, kind="review", placed_at=NOW)


def planned_by_runs() -> dict[int, Any]:
    """Plan until pick days stand still; return each order's date."""
    for _ in range(3):
        replan(product_ids=None, cause="test", now=NOW, quiet=True)
    return dict(OrderPlan.objects.values_list("order_id", "eta_p50"))


def dates(planned: Planned) -> dict[int, Any]:
    return {pk: day_of(eta) for pk, eta in zip(planned.outlook.order_id.tolist(), planned.outlook.eta, strict=True)}


def test_hands_bound_a_simulation_as_they_bound_runs(world: dict[str, Any], hands: None) -> None:
    foreseen = real()

    assert foreseen.inputs.pick_days is not None
    assert len(foreseen.inputs.pick_days.line_id) > 0
    assert dates(foreseen) == planned_by_runs()


@pytest.mark.parametrize("units", [1, 2, 50])
def test_other_hands_are_simulated_as_they_would_come(world: dict[str, Any], hands: None, units: int) -> None:
    foreseen = simulated({"type": "capacity", "warehouse": "NORTH", "units": units})

    assert dates(foreseen) != dates(real())
    change_capacity("NORTH", weekdays=[units] * 7, actor=None, now=NOW)

    assert dates(foreseen) == planned_by_runs()


def test_hands_that_nothing_bounds_yet_are_bounded_in_a_simulation(world: dict[str, Any]) -> None:
    foreseen = simulated({"type": "capacity", "warehouse": "SOUTH", "units": 1})

    assert dates(foreseen) != dates(real())
    change_capacity("SOUTH", weekdays=[1] * 7, actor=None, now=NOW)

    assert dates(foreseen) == planned_by_runs()


def test_scenarios_are_compared_with_the_live_plan_and_write_nothing(world: dict[str, Any]) -> None:
    scenarios = read_scenarios(
        [
            {"name": "As it is", "changes": [{"type": "demand", "percent": 0}]},
            {"name": "Oldest first", "changes": [{"type": "policy", "rules": FIFO}]},
            {"name": "Burnt", "changes": [{"type": "stock", "warehouse": "NORTH", "set": 0}, CASES["a big order"][0]]},
        ]
    )
    steps: list[tuple[str, int, int]] = []

    found = simulate(scenarios, today=TODAY, on_progress=lambda *step: steps.append(step))

    same, fifo, burnt = found.results
    assert same.figures == found.baseline
    assert (same.differences.sooner, same.differences.later, same.differences.up) == (0, 0, 0)
    assert fifo.differences.up > 0
    assert burnt.differences.later > 0
    assert burnt.differences.losers[0].why
    assert burnt.figures.orders == found.baseline.orders + 1
    (added,) = burnt.added
    assert (added.units, added.reason) == (5, "Stock on its way")
    assert [step for step, _, _ in steps][1:3] == ["Planning as it is", "Planning As it is"]
    assert steps[-1] == ("Done", 5, 5)
    assert (Order.objects.count(), PlanRun.objects.count(), LinePlan.objects.count()) == (7, 0, 0)


def test_changes_add_up_in_their_order(world: dict[str, Any]) -> None:
    twice = {"type": "stock", "sku": "MUG", "warehouse": "NORTH", "add": 2}

    assert _same(simulated(twice, twice), simulated({**twice, "add": 4}))


WRONG: list[tuple[Any, str]] = [
    ({}, "scenarios"),
    ([], "scenarios"),
    ([{"name": "x"}], "scenarios.0.changes"),
    ([{"name": "", "changes": [{"type": "demand", "percent": 1}]}], "scenarios.0.name"),
    ([{"name": "x", "changes": [{"type": "magic"}]}], "scenarios.0.changes.0.type"),
    ([{"name": "x", "changes": ["demand"]}], "scenarios.0.changes.0.type"),
    ([{"name": "x", "changes": [{"type": "delay", "supplier": "S"}]}], "scenarios.0.changes.0.days"),
    ([{"name": "x", "changes": [{"type": "delay", "supplier": "S", "days": 1.5}]}], "scenarios.0.changes.0.days"),
    ([{"name": "x", "changes": [{"type": "delay", "days": 1}]}], "scenarios.0.changes.0"),
    ([{"name": "x", "changes": [{"type": "demand", "percent": True}]}], "scenarios.0.changes.0.percent"),
    ([{"name": "x", "changes": [{"type": "demand", "percent": 1, "why": ""}]}], "scenarios.0.changes.0.why"),
    ([{"name": "x", "changes": [{"type": "stock", "warehouse": "NORTH", "set": 3}]}], "scenarios.0.changes.0"),
    ([{"name": "x", "changes": [{"type": "stock", "sku": "A", "warehouse": "N"}]}], "scenarios.0.changes.0"),
    ([{"name": "x", "changes": [{"type": "policy"}]}], "scenarios.0.changes.0"),
    ([{"name": "x", "changes": [{"type": "order", "lines": [{"sku": "A", "qty": 0}]}]}],
     "scenarios.0.changes.0.lines.0.qty"),
    ([{"name": "x", "changes": [{"type": "order", "lines": [{"sku": "A", "qty": 1}], "requested_on": "soon"}]}],
     "scenarios.0.changes.0.requested_on"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "place"), WRONG)
def test_wrong_scenarios_are_named_by_place(raw: Any, place: str) -> None:
    untouched = copy.deepcopy(raw)

    with pytest.raises(Invalid) as refusal:
        read_scenarios(raw)

    assert place in refusal.value.fields
    assert raw == untouched


def test_scenarios_of_one_name_are_refused() -> None:
    scenario = {"name": "Twice", "changes": [{"type": "demand", "percent": 1}]}

    with pytest.raises(Invalid) as refusal:
        read_scenarios([scenario, scenario])

    assert list(refusal.value.fields) == ["scenarios.1.name"]


def test_names_that_do_not_exist_are_named_by_place() -> None:
    changes = [
        {"type": "delay", "supplier": "NOBODY", "days": 1},
        {"type": "delay", "purchase_order": "PO-NONE", "days": 1},
        {"type": "order", "customer": "NONE", "lines": [{"sku": "NONE", "qty": 1}]},
        {"type": "policy", "policy": 987654},
        {"type": "demand", "category": "None", "percent": 1},
    ]

    with pytest.raises(Invalid) as refusal:
        look_up(read_scenarios([{"name": "x", "changes": changes}]))

    assert sorted(place.removeprefix("scenarios.0.changes.") for place in refusal.value.fields) == [
        "0.supplier", "1.purchase_order", "2.customer", "2.lines.0.sku", "3.policy", "4.category"
    ]  # fmt: skip
