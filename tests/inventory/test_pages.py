"""Purchase orders and receiving, by the page: without JavaScript, as the server answers it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inventory.models import DirtyMark, PurchaseOrder, Receipt, StockLevel, StockMovement
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier, make_warehouse
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchase_order() -> PurchaseOrder:
    supplier = make_supplier("NETTLE", name="Nettle Kitchenware")
    return make_purchase_order([(make_product("TRAY"), 40), (make_product("TIN"), 10)], supplier=supplier)


def test_stock_is_received_and_the_page_goes_back_to_where_it_was_asked(ops: Client) -> None:
    make_stock(make_product("TRAY"), on_hand=2)

    form = {"sku": "tray", "warehouse": "MAIN", "qty": "30", "reference": "DN-1", "next": "/inventory/TRAY/"}
    response = ops.post("/receive/", form)

    assert (response.status_code, response["Location"]) == (302, "/inventory/TRAY/")
    assert StockLevel.objects.get().on_hand == 32


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sku": "NOPE"}, "There is no product"),
        ({"qty": "0"}, "greater than or equal to 1"),
        ({"qty": "99999999999999999999"}, "less than or equal to"),
        ({"qty": "three"}, "Enter a whole number"),
        ({"warehouse": "MOON"}, "Select a valid choice"),
        ({"reference": "x" * 81}, "at most 80 characters"),
        ({"reference": "bad\x00byte"}, "Null characters"),
    ],
)
def test_wrong_input_is_refused_in_place_and_nothing_moves(ops: Client, wrong: dict[str, str], words: str) -> None:
    make_product("TRAY")
    make_warehouse("MAIN")

    response = ops.post("/receive/", {"sku": "TRAY", "warehouse": "MAIN", "qty": "3", **wrong})

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not StockMovement.objects.exists()


def test_a_page_elsewhere_is_never_gone_back_to(ops: Client) -> None:
    make_product("TRAY")
    make_warehouse("MAIN")

    form = {"sku": "TRAY", "warehouse": "MAIN", "qty": "3", "next": "https://evil.example/"}
    response = ops.post("/receive/", form)

    assert response["Location"] == "/receive/"


def test_the_list_shows_open_orders_soonest_first(ops: Client, purchase_order: PurchaseOrder) -> None:
    later = make_purchase_order([(make_product(), 1)], expected_on=purchase_order.expected_on + timedelta(days=1))
    done = make_purchase_order([(make_product(), 1)], status="received")

    page = ops.get("/purchase-orders/").content.decode()

    assert page.index(purchase_order.ref) < page.index(later.ref)
    assert done.ref not in page


@pytest.mark.parametrize("text", ["nettle", "TIN"])
def test_the_list_finds_by_number_supplier_and_sku(ops: Client, purchase_order: PurchaseOrder, text: str) -> None:
    other = make_purchase_order([(make_product(), 1)])

    page = ops.get("/purchase-orders/", {"q": text}).content.decode()

    assert purchase_order.ref in page
    assert other.ref not in page


def test_the_list_is_paged_by_key_both_ways(ops: Client) -> None:
    product = make_product()
    refs = [make_purchase_order([(product, 1)]).ref for _ in range(60)]

    first = ops.get("/purchase-orders/")
    second = ops.get(first.context["next_url"])
    back = ops.get(second.context["previous_url"])

    shown = [order.ref for order in [*first.context["rows"], *second.context["rows"]]]
    assert shown == refs
    assert [order.ref for order in back.context["rows"]] == refs[:50]


@pytest.mark.parametrize("query", ["view=moon", "after=%00", "before=e30", "q=%00"])
def test_a_damaged_address_is_refused_with_words(ops: Client, query: str) -> None:
    response = ops.get(f"/purchase-orders/?{query}")

    assert response.status_code == 400
    assert "Start again" in response.content.decode()


def test_the_list_costs_the_same_however_long(
    ops: Client, purchase_order: PurchaseOrder, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        make_purchase_order([(make_product(), 1)])

    with django_assert_max_num_queries(6):
        ops.get("/purchase-orders/")


def test_a_new_day_moves_what_is_outstanding(ops: Client, purchase_order: PurchaseOrder) -> None:
    day = purchase_order.expected_on + timedelta(days=10)

    form = {"expected_on": day.isoformat(), "version": purchase_order.version}
    response = ops.post(f"/purchase-orders/{purchase_order.ref}/redate/", form, follow=True)

    purchase_order.refresh_from_db()
    assert purchase_order.expected_on == day
    assert "+10" in response.content.decode()


@pytest.mark.parametrize("day", ["2026-02-31", "soon", "", "1999-12-31"])
def test_a_day_that_is_none_is_refused_in_place(ops: Client, purchase_order: PurchaseOrder, day: str) -> None:
    before = purchase_order.expected_on

    response = ops.post(f"/purchase-orders/{purchase_order.ref}/redate/", {"expected_on": day})

    purchase_order.refresh_from_db()
    assert response.status_code == 422
    assert "Nothing was changed" in response.content.decode()
    assert purchase_order.expected_on == before


def test_a_change_on_a_stale_page_is_refused(ops: Client, purchase_order: PurchaseOrder) -> None:
    before = purchase_order.expected_on

    form = {"expected_on": "2027-01-04", "version": purchase_order.version + 1}
    response = ops.post(f"/purchase-orders/{purchase_order.ref}/redate/", form)

    purchase_order.refresh_from_db()
    assert response.status_code == 409
    assert "was changed meanwhile" in response.content.decode()
    assert purchase_order.expected_on == before


def test_what_does_not_come_is_given_up_once(ops: Client, purchase_order: PurchaseOrder) -> None:
    url = f"/purchase-orders/{purchase_order.ref}/cancel/"
    page = ops.get(f"/purchase-orders/{purchase_order.ref}/").content.decode()

    stale = ops.post(url, {"version": purchase_order.version + 1, "by": "us"})
    nobody = ops.post(url, {"version": purchase_order.version, "by": "them"})
    done = ops.post(url, {"version": purchase_order.version, "by": "us"}, follow=True).content.decode()
    again = ops.post(url, {"version": purchase_order.version, "by": "us"})

    assert "Give up 50 units" in page
    assert (stale.status_code, nobody.status_code, again.status_code) == (409, 422, 409)
    assert DirtyMark.objects.filter(cause="purchase_order_cancelled").count() == purchase_order.lines.count()
    assert "Nothing was changed" in stale.content.decode()
    assert "40 given up" in done
    assert "Give up" not in done
    purchase_order.refresh_from_db()
    assert purchase_order.status == "cancelled"


def test_units_that_arrived_are_booked_line_by_line(ops: Client, purchase_order: PurchaseOrder) -> None:
    form = {"received_on": timezone.localdate().isoformat(), "qty_1": "15", "qty_2": ""}
    response = ops.post(f"/purchase-orders/{purchase_order.ref}/receive/", form)

    assert response.status_code == 302
    assert [(r.purchase_order_line.position, r.qty) for r in Receipt.objects.all()] == [(1, 15)]


@pytest.mark.parametrize(
    "form", [{"qty_1": "-1"}, {"qty_1": "x"}, {"qty_1": "0", "qty_2": ""}, {"qty_1": "1", "received_on": "2100-01-01"}]
)
def test_an_arrival_that_cannot_be_is_refused(ops: Client, purchase_order: PurchaseOrder, form: dict[str, str]) -> None:
    today = timezone.localdate().isoformat()

    response = ops.post(f"/purchase-orders/{purchase_order.ref}/receive/", {"received_on": today, **form})

    assert response.status_code == 422
    assert not Receipt.objects.exists()


def test_a_page_with_open_forms_is_not_refreshed_under_the_person_typing(
    client: Client, purchase_order: PurchaseOrder
) -> None:
    pages = {}
    for role in ("ops", "agent"):
        client.force_login(make_user(role))
        pages[role] = client.get(f"/purchase-orders/{purchase_order.ref}/").content.decode()

    assert "data-live-part" not in pages["ops"]
    assert "data-live-part" in pages["agent"]


def test_an_agent_sees_purchase_orders_and_changes_none(client: Client, purchase_order: PurchaseOrder) -> None:
    client.force_login(make_user("agent"))
    address = f"/purchase-orders/{purchase_order.ref}/"

    page = client.get(address)
    refused = client.post(f"{address}redate/", {"expected_on": "2027-01-04"})

    assert page.status_code == 200
    assert "Set the day" not in page.content.decode()
    assert refused.status_code == 403
    assert PurchaseOrder.objects.get().expected_on == purchase_order.expected_on


def test_the_live_part_is_only_a_part(ops: Client, purchase_order: PurchaseOrder) -> None:
    response = ops.get("/purchase-orders/", headers={"HX-Request": "true", "HX-Target": "live"})

    page = response.content.decode()
    assert "<html" not in page
    assert 'id="purchase-orders-list"' in page
    assert purchase_order.ref in page
    assert "HX-Request" in response["Vary"]
