"""What would help an order most, said of many at once, is what its own page says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.substitutes import SubstituteIn, change_substitutes
from orders.handling.splitting import SplitLine, split
from orders.models import HoldKind, Order, OrderPlan, OrderPromise
from orders.queries.board import hold_kinds
from orders.queries.next_step import next_step
from orders.queries.next_steps import Step, next_steps
from orders.queries.order import order_detail
from orders.queries.substitutes import proposals
from orders.replan import replan
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db
MOST_QUERIES = 5


@pytest.fixture
def orders() -> dict[str, Order]:
    """One order for each step, planned; the names are those of the steps."""
    today = timezone.localdate()
    here, none, coming, overdue, lamp, blue = (make_product() for _ in range(6))
    for product, on_hand in ((here, 30), (none, 0), (coming, 0), (overdue, 0), (lamp, 0), (blue, 9)):
        make_stock(product, on_hand=on_hand)
    change_substitutes(lamp.sku, substitutes=[SubstituteIn(blue.sku)], actor=None, now=timezone.now())
    make_purchase_order([(coming, 90)], supplier=make_supplier(), expected_on=today + timedelta(days=9))
    make_purchase_order([(overdue, 90)], supplier=make_supplier(), expected_on=today - timedelta(days=9))
    made = {
        "fix_address": make_order([(here, 1)], held=HoldKind.ADDRESS),
        "release": make_order([(here, 1)], held=HoldKind.CREDIT),
        "tell": make_order([(coming, 1)]),
        "ship": make_order([(here, 2)]),
        "ship_part": make_order([(here, 3), (coming, 2)], ship_policy="partial"),
        "split": make_order([(here, 2), (coming, 2)], ship_policy="partial"),
        "substitute": make_order([(lamp, 2)]),
        "chase": make_order([(overdue, 2)]),
        "buy": make_order([(none, 2)]),
        "": make_order([(coming, 3)]),
        "together": make_order([(here, 1), (coming, 3)], ship_policy="complete"),
    }
    replan(product_ids=None, cause="test", now=timezone.now())
    split(made["ship_part"].ref, lines=[SplitLine(1, 3)], is_agreed=False, actor=None, now=timezone.now())
    replan(product_ids=None, cause="test", now=timezone.now())
    OrderPromise.objects.filter(pk=made["tell"].pk).update(told_on=today)
    return made


def plans(orders: dict[str, Order]) -> list[OrderPlan]:
    return list(OrderPlan.objects.filter(pk__in=[order.pk for order in orders.values()]).select_related("order"))


def steps_of(rows: list[OrderPlan]) -> dict[int, Step]:
    return next_steps(rows, hold_kinds([row.order_id for row in rows]), today=timezone.localdate())


def test_each_order_gets_the_step_that_helps_it(orders: dict[str, Order]) -> None:
    found = steps_of(plans(orders))

    waiting = {"", "together"}
    assert {name: found.get(order.pk) for name, order in orders.items()} == {
        name: None if name in waiting else Step(name) for name in orders
    }


def test_the_list_says_what_the_page_of_the_order_says(orders: dict[str, Order]) -> None:
    today = timezone.localdate()
    found = steps_of(plans(orders))

    for name, order in orders.items():
        one = next_step(order_detail(order), has_substitutes=bool(proposals(order)), today=today)
        assert found.get(order.pk) == (one.step if one else None), name


def test_many_cost_no_more_queries_than_few(orders: dict[str, Order]) -> None:
    rows = plans(orders)

    with CaptureQueriesContext(connection) as queries:
        steps_of(rows)

    assert len(queries) <= MOST_QUERIES
    with CaptureQueriesContext(connection) as none:
        assert steps_of([]) == {}
    assert len(none) <= MOST_QUERIES
