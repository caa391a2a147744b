"""Lists for paper: what may be picked, the best rank first; the board's list as it is filtered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.models import Product
from orders.handling.lifecycle import hold
from orders.handling.picking import pick
from orders.models import Hold
from orders.queries.pick_list import PickList, pick_list
from orders.replan import replan
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock, make_warehouse
from tests.factories.orders import make_order
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def lamp() -> Product:
    lamp = make_product("LAMP", name="Storm lantern")
    make_stock(lamp, on_hand=5)
    return lamp


def planned() -> None:
    replan(product_ids=None, cause="test", now=NOW)


def listed(code: str = "MAIN", **options: int) -> PickList:
    return pick_list(make_warehouse(code), **options)


def shown(found: PickList) -> list[tuple[str, list[tuple[str, int, bool]]]]:
    return [(order.ref, [(one.sku, one.qty, one.is_picked) for one in order.picks]) for order in found.orders]


def test_what_is_ready_is_listed_by_rank_with_what_is_picked(lamp: Product) -> None:
    make_order([(lamp, 2)], ref="SO-1")
    make_order([(lamp, 3)], ref="SO-2", placed_at=NOW - timedelta(days=9))
    planned()
    pick("SO-1", actor=None, now=NOW)

    found = listed()

    assert shown(found) == [("SO-2", [("LAMP", 3, False)]), ("SO-1", [("LAMP", 2, True)])]
    assert (found.total, found.to_pick, found.picked) == (2, 3, 2)
    assert [(one.sku, one.qty, one.orders) for one in found.products] == [("LAMP", 3, ("SO-2",))]


def test_what_is_held_or_waits_for_the_rest_of_its_order_stays_on_the_shelf(lamp: Product) -> None:
    jug = make_product("JUG")
    make_stock(jug, on_hand=0)
    make_order([(lamp, 1)], ref="SO-1")
    make_order([(lamp, 1), (jug, 1)], ref="SO-2", ship_policy="complete")
    make_order([(lamp, 1), (jug, 1)], ref="SO-3", ship_policy="partial")
    planned()
    hold("SO-1", kind="credit", actor=None, now=NOW)

    assert [ref for ref, _ in shown(listed())] == ["SO-3"]


def test_each_warehouse_lists_its_own_and_only_so_many_orders(lamp: Product) -> None:
    far = make_warehouse("FAR", preference=9)
    stool = make_product("STOOL")
    make_stock(stool, far, on_hand=9)
    for number in range(3):
        make_order([(lamp, 1), (stool, 1)], ref=f"SO-{number}")
    planned()

    assert {one.sku for order in listed("FAR").orders for one in order.picks} == {"STOOL"}
    two = listed("MAIN", most=2)
    assert (len(two.orders), two.total) == (2, 3)


def test_the_pick_list_is_a_page_of_those_who_ship(
    lamp: Product, sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_order([(lamp, 2)], ref="SO-1")
    planned()

    assert sign_in("agent").get("/picking/").status_code == 403
    client = sign_in()
    with django_assert_max_num_queries(12):
        html = client.get("/picking/?most=25").content.decode()
    assert "Storm lantern" in html
    assert "SO-1" in html
    assert "SO-1" in client.get("/picking/?by=product").content.decode()
    assert "Nothing to pick" in client.get(f"/picking/?warehouse={make_warehouse('EMPTY').code}").content.decode()


def test_paper_has_the_orders_of_the_view(sign_in: SignIn) -> None:
    late, other = planned_order(50, slip_days=9), planned_order(40)
    held = planned_order(30)
    Hold.objects.create(order=held, kind="credit", placed_at=NOW)
    client = sign_in()

    html = client.get("/triage/print/?view=late").content.decode()

    assert late.ref in html
    assert other.ref not in html
    assert "Credit" in client.get("/triage/print/").content.decode()
    paper = client.get("/triage/print/?view=hold&has=age:from:0").content.decode()
    assert "<b>Order backlog, On hold, Age" in paper, "paper says which orders these are"
    assert client.get("/triage/print/?tier=tin").status_code == 400
    assert "No orders match" in client.get("/triage/print/?q=nobody").content.decode()
