"""Verbs work in sets: an order of forty lines costs as many queries as one of two."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Product
from inventory.receiving import receive_purchase_order
from orders.dialogue.snapshots import customer_payloads
from orders.entry.intake import CustomerIn, LineIn, OrderIn, take_in
from orders.handling.lifecycle import cancel_order, hold
from orders.handling.shipping import ship
from tests.factories import NOW
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import allocate, make_customer, make_line, make_order

pytestmark = pytest.mark.django_db

FEW, MANY = 2, 40


def stocked(count: int) -> list[Product]:
    products = [make_product() for _ in range(count)]
    for product in products:
        make_stock(product, on_hand=10)
    return products


def allocated_order(count: int) -> str:
    order = make_order([(product, 5) for product in stocked(count)])
    for position in range(1, count + 1):
        allocate(make_line(order, position), 5)
    return order.ref


def order_in(products: list[Product]) -> OrderIn:
    return OrderIn(
        "shop", "", CustomerIn(make_customer().code), [LineIn(product.sku, 1, Decimal(1)) for product in products]
    )


CASES: dict[str, Callable[[int], Callable[[], object]]] = {
    "ship": lambda count: _later(ship, allocated_order(count)),
    "hold": lambda count: _later(hold, allocated_order(count), kind="credit"),
    "cancel": lambda count: _later(cancel_order, allocated_order(count), reason=""),
    "receive": lambda count: _later(
        receive_purchase_order, make_purchase_order([(product, 5) for product in stocked(count)]).ref
    ),
    "take in": lambda count: _later(take_in, order_in(stocked(count))),
}


@pytest.mark.parametrize("case", CASES)
def test_queries_do_not_grow_with_the_lines(case: str) -> None:
    assert _queries(CASES[case](MANY)) == _queries(CASES[case](FEW))


def test_snapshots_take_one_query_and_the_first_twenty_lines() -> None:
    order = make_order([(product, 1) for product in stocked(25)])

    with CaptureQueriesContext(connection) as queries:
        payload = customer_payloads([order.pk])[order.pk]

    assert len(queries) == 1
    assert (len(payload["lines"]), payload["more_lines"]) == (20, 5)


def _later(verb: Callable[..., object], subject: object, **options: object) -> Callable[[], object]:
    return lambda: verb(subject, actor=None, now=NOW, **options)


def _queries(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return sum("PREPARE plan_" not in query["sql"] for query in queries)  # those come once a connection
