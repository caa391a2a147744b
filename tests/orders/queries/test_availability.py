"""When could somebody have these, of the live plan: behind warehouses' queues, and without what quotas keep."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orders.hands import change_capacity
from orders.models import LinePlan
from orders.queries.availability import Item, find_availability
from tests.factories import NOW
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_warehouse
from tests.factories.orders import make_customer, make_order
from tests.orders.replanning.hands import TEN_A_DAY, TODAY, settle, working_day
from tests.orders.replanning.worlds import publish

pytestmark = pytest.mark.django_db

GOLD = {"attribute": "customer.tier", "op": "eq", "value": "gold"}
LAMPS = {"attribute": "product.category", "op": "eq", "value": "Lamps"}


def keeping(when: dict[str, Any]) -> dict[str, Any]:
    """Return a policy that keeps all of a minimum of 12 that its group does not ask for."""
    quota = {"id": "a", "label": "A", "when": when, "at_least": {"units": 12}, "keep": {"percent": 100, "days": 0}}
    return {"version": 1, "strategy": "priority", "rules": [], "quotas": [quota]}


def test_whoever_asks_is_picked_behind_all_that_waits() -> None:
    lamp, bulb = make_product("LAMP"), make_product("BULB")
    make_stock(lamp, on_hand=100)
    make_stock(bulb, on_hand=100)
    make_order([(lamp, 17)], ref="SO-1")
    change_capacity("MAIN", weekdays=TEN_A_DAY, actor=None, now=NOW)
    settle()

    answer = find_availability([Item("BULB", 3), Item("BULB", 4)], today=TODAY)

    # 10 are picked today, 7 on the next day, which has 3 left; the other 4 wait for the day after.
    assert [item.eta_p50 for item in answer.items] == [working_day(1), working_day(2)]
    assert answer.items[0].parts[0].on == working_day(1)
    assert [item.available_now for item in answer.items] == [3, 4]
    assert (answer.all_eta_p50, answer.all_eta_p90) == (working_day(2), working_day(2))


def test_the_answer_is_the_date_that_the_order_then_gets() -> None:
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=30)
    make_purchase_order([(lamp, 20)], expected_on=TODAY + timedelta(days=3))
    make_order([(lamp, 25)], ref="SO-1")
    change_capacity("MAIN", weekdays=TEN_A_DAY, days={working_day(2): 0}, actor=None, now=NOW)
    settle()
    asked = find_availability([Item("LAMP", 18)], today=TODAY).items[0]

    order = make_order([(lamp, 18)], ref="SO-2")
    settle()

    plan = LinePlan.objects.get(order=order)
    assert (asked.eta_p50, asked.eta_p90) == (plan.eta_p50, plan.eta_p90)
    assert asked.available_now == plan.allocated_qty == 5


def test_other_warehouses_queues_do_not_matter() -> None:
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=30)
    make_order([(lamp, 25)], ref="SO-1")
    change_capacity("MAIN", weekdays=TEN_A_DAY, actor=None, now=NOW)
    bulb = make_product("BULB")
    make_stock(bulb, on_hand=9, warehouse=make_warehouse("NORTH"))
    settle()

    assert find_availability([Item("BULB", 9)], today=TODAY).all_eta_p50 == working_day(0)


@pytest.mark.parametrize(
    ("when", "tier", "there"),
    [
        (GOLD, "standard", 5),  # of 20, 3 are claimed and 12 are kept
        (GOLD, "gold", 8),  # gold has 3 of its 12; 9 are kept
        (LAMPS, "standard", 8),
        ({"not": LAMPS}, "standard", 17),  # of other products only
    ],
    ids=["nobody of the group asks", "a part is asked for", "of the product", "of other products"],
)
def test_units_that_a_quota_keeps_are_promised_to_nobody(when: dict[str, Any], tier: str, there: int) -> None:
    lamp = make_product("LAMP", category="Lamps")
    make_stock(lamp, on_hand=20)
    publish(keeping(when))
    make_order([(lamp, 3)], customer=make_customer(tier=tier))
    settle()

    assert find_availability([Item("LAMP", 20)], today=TODAY).items[0].available_now == there


def test_units_are_kept_of_a_product_that_nobody_has_ordered_too() -> None:
    make_stock(make_product("LAMP", category="Lamps"), on_hand=20)
    make_stock(make_product("BULB"), on_hand=20)
    publish(keeping(LAMPS))
    settle()

    answer = find_availability([Item("LAMP", 20), Item("BULB", 20)], today=TODAY)

    assert [item.available_now for item in answer.items] == [8, 20]
