from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from tests.api.conftest import V1, Api
from tests.factories import NOW
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import make_customer, make_order, make_order_plan


def _ranked(count: int, lines: int = 1) -> list[Order]:
    """Orders with plans, first in rank first; scores repeat, so that ties are broken by age and id."""
    products = [make_product() for _ in range(lines)]
    customer = make_customer()
    orders = [
        make_order([(product, 1) for product in products], customer=customer, placed_at=NOW - timedelta(hours=i // 2))
        for i in range(count)
    ]
    for number, order in enumerate(orders):
        make_order_plan(order, score=float(number % 3))
    return sorted(orders, key=lambda order: (-order.plan.score, order.placed_at, order.pk))


def _walk(api: Api, path: str, link: str = "next") -> list[list[dict[str, Any]]]:
    pages = []
    while path:
        page = api.get(path).json()
        pages.append(page["results"])
        path = (page[link] or "").partition(V1)[2]
    return pages


def test_rank_pages_hold_every_order_once_in_order(api: Api) -> None:
    orders = _ranked(11)
    make_order([(make_product(), 1)])  # not planned: not ranked

    pages = _walk(api, "orders/?ordering=rank&page_size=4")

    assert [len(page) for page in pages] == [4, 4, 3]
    shown = [order for page in pages for order in page]
    assert [order["ref"] for order in shown] == [order.ref for order in orders]
    assert [order["rank"] for order in shown] == list(range(1, 12))


def test_pages_walk_back_the_way_they_came(api: Api) -> None:
    _ranked(7)
    first = api.get("orders/?ordering=rank&page_size=3").json()
    second = api.get(first["next"].partition(V1)[2]).json()
    third = api.get(second["next"].partition(V1)[2]).json()

    assert third["next"] is None
    assert api.get(third["previous"].partition(V1)[2]).json()["results"] == second["results"]
    back = api.get(second["previous"].partition(V1)[2]).json()
    assert back["results"] == first["results"]
    assert back["previous"] is None


def test_a_row_that_comes_in_between_moves_nobody_to_another_page(api: Api) -> None:
    orders = _ranked(6)
    first = api.get("orders/?ordering=-placed_at&page_size=3").json()
    make_order([(make_product(), 1)], placed_at=NOW + timedelta(days=1))

    second = api.get(first["next"].partition(V1)[2]).json()

    seen = [order["ref"] for order in first["results"] + second["results"]]
    assert len(seen) == len(set(seen)) == len(orders)


def test_the_rank_of_a_filtered_list_is_the_rank_in_the_backlog(api: Api) -> None:
    orders = _ranked(5)
    Order.objects.filter(pk=orders[3].pk).update(channel="edi")

    (shown,) = api.get("orders/?ordering=rank&channel=edi").json()["results"]

    assert shown["rank"] == 4


@pytest.mark.parametrize(
    "query", ["cursor=abc", "cursor=eyJhIjoxfQ:1abcde:forged", "ordering=rank&cursor={other}", "ordering=score",
              "page_size=0", "page_size=201", "page_size=１０", "page_size=-1", "page_size=1e2", "offset=10"],
)  # fmt: skip
def test_a_page_that_we_did_not_offer_is_refused_by_name(api: Api, query: str) -> None:
    _ranked(3)
    other = api.get("orders/?page_size=1").json()["next"].partition("cursor=")[2].partition("&")[0]

    response = api.get("orders/?" + query.format(other=other))

    assert response.status_code == 422
    assert len(response.json()["fields"]) == 1


@pytest.mark.parametrize("path", ["orders/?ordering=rank", "orders/", "purchase-orders/", "stock/", "messages/"])
def test_a_page_costs_the_same_queries_whatever_it_holds(api: Api, path: str) -> None:
    _more(1)
    api.get(path)  # the key's last use is written once
    with CaptureQueriesContext(connection) as few:
        api.get(path)
    _more(8)

    with CaptureQueriesContext(connection) as many:
        assert len(api.get(path).json()["results"]) >= (0 if path == "messages/" else 8)

    assert len(many) == len(few) <= 16


def _more(count: int) -> None:
    orders = _ranked(count, lines=3)
    for order in orders:
        product = order.lines.first().product
        make_stock(make_product(), on_hand=1)
        make_purchase_order([(product, 1), (make_product(), 2)])
