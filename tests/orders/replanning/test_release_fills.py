"""Fills by release on the database: what a run loads, and that shipping takes whatever a plan calls ready."""

from __future__ import annotations

import random

import pytest
from django.db.models import F

from inventory.models import Product, StockLevel
from orders.handling.shipping import ship
from orders.handling.terms import change_order_terms
from orders.models import LinePlan, Order, OrderTerms, Shipment
from orders.planning.types import Reason
from orders.replan import replan
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order
from tests.orders.planning.terms_oracle import FILLS, fill_now
from tests.orders.replanning.dividing import drafted

pytestmark = pytest.mark.django_db


def test_a_run_loads_the_figure_of_the_next_release() -> None:
    random_, product = random.Random(1), make_product(unit_price="2.50")
    asked: dict[int, tuple[int, int, int]] = {}
    for _ in range(150):
        line_fills, order_fills = random_.choice(FILLS[2:])
        order, releases = make_order([(product, 9)]), random_.randint(0, 4)
        by_value = random_.random() < 0.5
        OrderTerms.objects.create(
            order=order,
            line_fills=list(line_fills),
            order_fills=list(order_fills),
            fill_by="value" if by_value else "units",
        )
        Shipment.objects.bulk_create(Shipment(order=order, shipped_at=NOW) for _ in range(releases))
        figures = fill_now(line_fills, releases), fill_now(order_fills, releases)
        asked[order.lines.get().pk] = *figures, 250 if by_value else 1

    everything, event = drafted(None).inputs.terms, drafted([product]).inputs.terms

    for terms in (everything, event):
        assert terms is not None
        columns = (terms.line_id, terms.line_fill, terms.order_fill, terms.weight)
        assert {line: figures for line, *figures in zip(*map(list, columns), strict=True)} == {
            line: list(figures) for line, figures in asked.items()
        }


@pytest.mark.parametrize("seed", range(12))
def test_whatever_a_plan_calls_ready_may_leave(seed: int) -> None:
    random_ = random.Random(seed)
    products = [make_product() for _ in range(2)]
    for product in products:
        make_stock(product, on_hand=0)
    orders = [_with_fills(random_, products) for _ in range(4)]

    left = 0
    for _ in range(6):
        StockLevel.objects.update(on_hand=F("on_hand") + random_.randint(0, 6))
        replan(product_ids=None, cause="test", now=NOW)
        for order in orders:
            if LinePlan.objects.filter(order=order, reason=Reason.READY).exists():
                ship(order.ref, actor=None, now=NOW)
                left += 1
    assert left


def _with_fills(random_: random.Random, products: list[Product]) -> Order:
    order = make_order([(product, random_.randint(1, 9)) for product in products], ship_policy="partial")
    line_fills, order_fills = random_.choice(FILLS[2:])
    change_order_terms(order.ref, line_fills=line_fills, order_fills=order_fills, actor=None, now=NOW)
    return order
