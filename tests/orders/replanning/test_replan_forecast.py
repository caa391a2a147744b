"""Policies that read the forecast, on the database: what is kept, for whom, and when a new forecast is planned by."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from inventory.models import DemandForecast, Product, StockLevel
from orders.integrity import check
from orders.models import LinePlan, Order
from orders.models.plan import Reason
from orders.planning.grammar import parse_policy
from orders.queries.availability import Item, find_availability
from orders.queries.explanation import explain_order
from orders.replan import is_full_run_due, replan
from orders.replanning.demand import load_demand
from orders.replanning.plan_records import replay
from orders.replanning.scope import Scope
from orders.rules import policies
from orders.rules.policy_preview import preview_rules
from tests.factories import NOW
from tests.factories.forecasts import MONDAY, finished_run, make_forecast
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_customer, make_order
from tests.orders.replanning.dividing import allocated, drafted, rows_of, settle
from tests.orders.replanning.worlds import full, make_world, publish, stored_plan

pytestmark = pytest.mark.django_db

GOLD = {"attribute": "customer.tier", "op": "in", "value": ["gold", "platinum"]}
KEEPING: dict[str, Any] = {
    "version": 1,
    "strategy": "demand_forecast",
    "rules": [],
    "forecast": {"horizon_days": 21, "classes": [{"id": "gold", "label": "Gold or better", "when": GOLD}]},
}
HYBRID: dict[str, Any] = {
    "version": 1,
    "strategy": "hybrid",
    "rules": [
        {
            "id": "cover",
            "label": "Runs short soon",
            "attribute": "product.days_of_cover",
            "points": {"type": "step", "steps": [[0, 50], [7, 20], [21, 0]]},
        },
        {
            "id": "bulk",
            "label": "Takes weeks of demand",
            "attribute": "line.weeks_of_demand",
            "points": {"type": "linear", "per_unit": -10, "cap": 100},
        },
    ],
    "quotas": [
        {
            "id": "scarce",
            "label": "Gold where it is scarce",
            "when": {"all": [GOLD, {"attribute": "product.days_of_cover", "op": "lt", "value": 7}]},
            "at_least": {"percent": 30},
        }
    ],
}


def ordered_before(product: Product, tier: str, qty: int) -> Order:
    """Have a customer of a tier order, and get, units in the weeks before the forecast."""
    order = make_order([(product, qty)], customer=make_customer(tier=tier), placed_at=NOW - timedelta(weeks=3))
    order.lines.update(shipped_qty=qty)
    Order.objects.filter(pk=order.pk).update(status="closed", closed_at=NOW)
    return order


def test_units_are_kept_for_what_better_customers_will_order() -> None:
    product = make_product()
    make_stock(product, on_hand=20)
    make_forecast(product)
    ordered_before(product, "gold", 30)
    ordered_before(product, "standard", 10)
    publish(KEEPING)
    plain = make_order([(product, 15)], customer=make_customer(tier="standard"))
    full()

    # 1 a day for 21 days, three quarters of it for gold: 16 of the 20 are kept.
    assert allocated(plain) == 4
    assert LinePlan.objects.get(line__order=plain).reason == Reason.PROTECTED

    gold = make_order([(product, 15)], customer=make_customer(tier="gold"))
    full()

    assert (allocated(gold), allocated(plain)) == (15, 0)


def test_units_that_are_kept_are_promised_to_nobody() -> None:
    product = make_product("MUG")
    make_stock(product, on_hand=20)
    make_forecast(product)
    ordered_before(product, "gold", 30)
    ordered_before(product, "standard", 10)
    full()

    assert find_availability([Item("MUG", 20)], today=NOW.date()).items[0].available_now == 20
    publish(KEEPING)
    assert find_availability([Item("MUG", 20)], today=NOW.date()).items[0].available_now == 4


def test_shares_are_of_the_products_own_orders_before_the_forecast() -> None:
    product, other = make_product(), make_product()
    for each in (product, other):
        make_forecast(each, [7.0, 7.0])
    ordered_before(product, "gold", 30)
    ordered_before(product, "standard", 10).lines.update(cancelled_qty=5, shipped_qty=5)
    make_order([(product, 500)], customer=make_customer(tier="standard"), placed_at=NOW)  # this week's
    late = make_order([(product, 900)], customer=make_customer(tier="gold"), placed_at=NOW - timedelta(weeks=40))
    assert late.placed_at < NOW - timedelta(weeks=26)

    found = load_demand(Scope(None), parse_policy(KEEPING))

    assert found is not None
    assert found.product_id.tolist() == sorted([product.pk, other.pk])
    at = found.product_id.tolist().index(product.pk)
    assert found.shares[at].tolist() == [pytest.approx(30 / 35)]
    assert found.shares[1 - at].tolist() == [0.0]
    assert found.means[at].tolist() == [7.0, 7.0]
    assert found.highs[at].tolist() == [14.0, 14.0]
    assert found.first_week_on.tolist() == [MONDAY.toordinal()] * 2


def test_as_much_of_the_past_counts_as_the_policy_says() -> None:
    """Gold ordered 30 three weeks ago, standard 10 forty weeks ago: all of 26 weeks, three quarters of 52."""
    product = make_product()
    make_forecast(product)
    ordered_before(product, "gold", 30)
    old = ordered_before(product, "standard", 10)
    Order.objects.filter(pk=old.pk).update(placed_at=NOW - timedelta(weeks=40))

    shares = []
    for weeks in (26, 52):
        policy = parse_policy(KEEPING | {"forecast": KEEPING["forecast"] | {"history_weeks": weeks}})
        found = load_demand(Scope(None), policy)
        assert found is not None
        shares.append(found.shares.tolist())

    assert shares == [[[1.0]], [[0.75]]]


@pytest.mark.parametrize(
    "when",
    [
        {"attribute": "order.channel", "op": "eq", "value": "edi"},
        {"attribute": "order.ship_policy", "op": "eq", "value": "complete"},
        {"attribute": "customer.zone", "op": "eq", "value": "north"},
        {"attribute": "product.category", "op": "eq", "value": "Lamps"},
        {"attribute": "product.unit_price", "op": "gt", "value": 100},
        {"attribute": "product.critical", "op": "eq", "value": True},
    ],
    ids=lambda when: when["attribute"],
)
def test_past_orders_are_told_apart_by_whatever_they_had_from_the_first_day(when: dict[str, Any]) -> None:
    product = make_product(category="Lamps", unit_price=120, is_critical=True)
    make_forecast(product)
    is_mine = {"channel": "edi", "ship_policy": "complete"}
    for qty, members, zone in ((3, is_mine, "north"), (1, {}, "south")):
        order = ordered_before(product, "gold", qty)
        Order.objects.filter(pk=order.pk).update(**members)
        order.customer.zone = zone
        order.customer.save()
    classes = [{"id": "mine", "label": "Mine", "when": when}]
    policy = parse_policy(KEEPING | {"forecast": {"horizon_days": 7, "classes": classes}})

    found = load_demand(Scope((product.pk,)), policy)

    assert found is not None
    assert found.shares.tolist() == [[1.0 if when["attribute"].startswith("product") else 0.75]]


def test_a_policy_that_does_not_read_the_forecast_loads_none() -> None:
    make_forecast(make_product())
    publish({"version": 1, "strategy": "fifo", "rules": []})

    assert drafted(None).inputs.demand is None


def test_the_forecast_is_part_of_the_hash_where_the_policy_reads_it() -> None:
    product = make_product()
    make_stock(product, on_hand=2)
    make_order([(product, 5)])
    make_forecast(product)
    publish(HYBRID)
    before, same = drafted(None), drafted(None)
    DemandForecast.objects.update(means=[8.0] * 12)

    assert before.inputs.digest() == same.inputs.digest() != drafted(None).inputs.digest()


def make_forecast_world(seed: int) -> list[Product]:
    """Return the products of a world with a past and a forecast for most of them."""
    products = make_world(seed)
    random_ = random.Random(seed)
    run = finished_run(NOW)
    for product in products:
        if random_.random() < 0.8:
            means = [random_.choice((0.0, 0.5, 3.0, 9.0)) for _ in range(12)]
            make_forecast(product, means, run=run)
        for tier in random_.sample(["gold", "silver", "standard"], 2):
            ordered_before(product, tier, random_.randint(1, 9))
    return products


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rules", [KEEPING, HYBRID], ids=["demand_forecast", "hybrid"])
def test_planning_again_writes_nothing(seed: int, rules: dict[str, Any]) -> None:
    make_forecast_world(seed)
    full()
    drift = check()  # the past of this world has no shipments
    publish(rules)
    settle()
    before = stored_plan()

    assert full()["rows_written"] == 0
    assert stored_plan() == before
    assert check() == drift


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rules", [KEEPING, HYBRID], ids=["demand_forecast", "hybrid"])
def test_an_event_run_plans_what_the_full_run_plans(seed: int, rules: dict[str, Any]) -> None:
    products = make_forecast_world(seed)
    publish(rules)
    settle()
    changed = random.Random(seed).choice(products)
    StockLevel.objects.filter(product=changed, warehouse__code="A").update(on_hand=20)
    make_order([(changed, 3)], customer=make_customer(tier="gold"))

    event, everything = drafted([changed]), drafted(None)

    planned = np.isin(everything.plan.line_id, event.plan.line_id)
    assert planned.any()
    assert rows_of(event.plan) == [row for row in rows_of(everything.plan) if row[0] in set(event.plan.line_id)]


def test_a_full_run_is_due_when_a_forecast_is_newer_that_the_policy_reads() -> None:
    later = NOW + timedelta(minutes=5)
    publish(KEEPING)
    full()
    assert not is_full_run_due(now=later)

    finished_run(later)
    assert is_full_run_due(now=later)

    publish({"version": 1, "strategy": "fifo", "rules": []})
    full()
    finished_run(later)
    assert not is_full_run_due(now=later)


def test_a_line_is_told_how_many_units_are_kept_from_it() -> None:
    product = make_product()
    make_stock(product, on_hand=20)
    make_forecast(product)
    ordered_before(product, "gold", 30)
    ordered_before(product, "standard", 10)
    order = make_order([(product, 15)], customer=make_customer(tier="standard"))
    publish(KEEPING)
    full()

    found = explain_order(order, policies.published(), today=NOW.date())

    assert found is not None
    assert [(line.reason, line.kept_qty) for line in found.lines] == [(Reason.PROTECTED, 16)]


def test_a_run_that_read_the_forecast_can_be_repeated_after_the_next_one() -> None:
    make_forecast_world(2)
    publish(KEEPING)
    run = replan(product_ids=None, cause="test", now=NOW)
    DemandForecast.objects.update(means=[90.0] * 12)

    assert replay(run.pk).is_same
    assert replan(product_ids=None, cause="test", now=NOW).plan_hash != run.plan_hash


def test_what_keeping_units_would_do_is_previewed() -> None:
    product = make_product()
    make_stock(product, on_hand=20)
    make_forecast(product)
    ordered_before(product, "gold", 30)
    make_order([(product, 15)], customer=make_customer(tier="standard"))
    full()

    found = preview_rules(KEEPING, now=NOW)

    # A unit a day for 21 days is kept, and there are 20.
    assert (found.before.units_ready, found.after.units_ready) == (15, 0)


def test_automated_without_a_model_ranks_by_its_fall_back() -> None:
    product = make_product()
    make_stock(product, on_hand=4)
    small = make_order([(product, 3)])
    large = make_order([(product, 4)], placed_at=NOW + timedelta(minutes=1))
    points = {"type": "linear", "per_unit": 1}
    rule = {"id": "large", "label": "Large", "attribute": "line.open_qty", "points": points}
    publish({"version": 1, "strategy": "automated", "rules": [rule]})
    full()

    assert (allocated(large), allocated(small)) == (4, 0)
    assert LinePlan.objects.get(line__order=large).points == [0.0, 4.0]


def test_a_week_that_is_over_is_not_expected_again() -> None:
    product = make_product()
    make_stock(product, on_hand=9)
    make_forecast(product, [70.0])
    DemandForecast.objects.update(first_week_on=date(2020, 1, 6))
    ordered_before(product, "gold", 5)
    publish(KEEPING)
    plain = make_order([(product, 9)], customer=make_customer(tier="standard"))
    full()

    assert allocated(plain) == 9
