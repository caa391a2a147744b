"""Suppliers: what is expected, who waits for it, how they kept their word, and a new day in place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inventory.models import PurchaseOrder, PurchaseOrderLine, SetupChange, Supplier
from inventory.receiving import receive_purchase_order
from orders.party_backlogs import make_party_backlogs
from orders.replan import replan
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_customer, make_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def litware() -> Supplier:
    """A supplier whose ten units of TRAY are four days overdue; Ann waits for six of them."""
    today, supplier = timezone.localdate(), make_supplier("LIT", name="Litware", email="desk@litware.example")
    make_stock(tray := make_product("TRAY", unit_price="3.00"))
    make_purchase_order([(tray, 10)], supplier=supplier, ref="PO-1", expected_on=today - timedelta(days=4))
    make_order([(tray, 6)], customer=make_customer("ANN", name="Ann"), ref="SO-1")
    replan(product_ids=None, cause="test", now=timezone.now())
    make_party_backlogs(covers={"covers_run_id": 0, "recent_runs": 0}, now=timezone.now())
    return supplier


@pytest.mark.usefixtures("litware")
def test_suppliers_are_listed_by_who_waits_and_the_silent_ones_apart(sign_in: SignIn) -> None:
    make_supplier("OTHER", name="Other Goods")
    client = sign_in()

    page = client.get("/suppliers/").content.decode()
    assert "Litware" in page
    assert "Silent since" in page
    assert "Other Goods" not in page
    assert "Litware" in client.get("/suppliers/?view=silent").content.decode()
    assert "nothing is expected" in client.get("/suppliers/?view=all&q=other").content.decode()
    assert "No supplier matches" in client.get("/suppliers/?q=nobody").content.decode()


@pytest.mark.parametrize("query", ["?view=nope", "?sort=name", "?after=xx", "?q=%00"])
def test_an_address_that_we_did_not_make_is_refused(sign_in: SignIn, query: str) -> None:
    assert sign_in().get(f"/suppliers/{query}").status_code == 400


def test_one_supplier_shows_what_is_late_and_who_waits(sign_in: SignIn, litware: Supplier) -> None:
    page = sign_in().get("/suppliers/LIT/")
    html = page.content.decode()

    assert [(row.order.ref, row.waiting_orders, row.is_late) for row in page.context["purchases"]] == [
        ("PO-1", 1, True)
    ]
    assert [(row.plan.order.ref, row.units, row.late_units) for row in page.context["waiters"]] == [("SO-1", 6, 6)]
    assert "/customers/ANN/" in html
    assert "desk@litware.example" in html
    assert str(litware) == "LIT"


def test_the_record_counts_working_days_late_and_lead_times(sign_in: SignIn) -> None:
    today, supplier = timezone.localdate(), make_supplier("LIT")
    monday = today - timedelta(days=today.weekday() + 14)
    for weeks, late in ((0, 0), (0, 0), (1, 0), (0, 1), (0, 4)):
        named = monday - timedelta(weeks=weeks)
        order = make_purchase_order(
            [(make_product(), 4)], supplier=supplier, expected_on=named, ordered_on=named - timedelta(days=20)
        )
        receive_purchase_order(order.ref, received_on=named + timedelta(days=late), actor=None, now=timezone.now())

    page = sign_in().get("/suppliers/LIT/")
    record = page.context["record"]

    assert (record.on_time, record.late_p50, record.late_p90, len(record.arrivals)) == (2, 0, 4, 4)
    assert (record.lead.promised_p50, record.lead.actual_p50, record.lead.actual_p90) == (20, 20, 24)
    assert record.received_units == 20
    assert "4 deliveries in a year: half were at most 0 working days late" in page.content.decode()


@pytest.mark.usefixtures("litware")
def test_a_late_purchase_order_gets_a_new_day_in_place_and_its_old_one_back(sign_in: SignIn) -> None:
    today, client = timezone.localdate(), sign_in()
    new = today + timedelta(days=9)

    done = client.post(
        "/purchase-orders/PO-1/redate/", {"expected_on": new.isoformat(), "version": "1", "next": "/suppliers/LIT/"}
    )

    assert done["Location"] == "/suppliers/LIT/"
    assert PurchaseOrderLine.objects.get().expected_on == new
    change = SetupChange.objects.get(kind="purchase_order", name="PO-1")
    assert f"/setup/changes/{change.pk}/undo/" in client.get("/suppliers/LIT/").content.decode()
    client.post(f"/setup/changes/{change.pk}/undo/", {"next": "/suppliers/LIT/", "is_undo": "1"})
    assert PurchaseOrderLine.objects.get().expected_on == today - timedelta(days=4)
    assert PurchaseOrder.objects.get().expected_on == today - timedelta(days=4)


def test_lines_that_had_days_of_their_own_get_those_back(sign_in: SignIn) -> None:
    today, client = timezone.localdate(), sign_in()
    order = make_purchase_order([(make_product(), 1), (make_product(), 2)], ref="PO-2", expected_on=today)
    order.lines.filter(position=2).update(expected_on=today + timedelta(days=3))

    client.post("/purchase-orders/PO-2/redate/", {"expected_on": (today + timedelta(days=9)).isoformat()})
    client.post(f"/setup/changes/{SetupChange.objects.get().pk}/undo/")

    days = order.lines.order_by("position").values_list("expected_on", flat=True)
    assert list(days) == [today, today + timedelta(days=3)]


@pytest.mark.usefixtures("litware")
def test_a_supplier_is_changed_in_place_by_whoever_keeps_the_catalogue(sign_in: SignIn) -> None:
    form = {"name": "Litware Ltd", "email": "", "delay_p50_days": "1", "delay_p90_days": "6", "is_active": "on"}

    sign_in("ops").post("/suppliers/LIT/change/", {**form, "calendar": "", "version": "0"})
    stale = sign_in("ops").post("/suppliers/LIT/change/", {**form, "name": "X", "version": "0"})
    wrong = sign_in("ops").post("/suppliers/LIT/change/", {**form, "delay_p50_days": "9"})

    supplier = Supplier.objects.get()
    assert (supplier.name, supplier.delay_p90_days) == ("Litware Ltd", 6)
    assert (stale.status_code, wrong.status_code) == (409, 422)
    assert "not shorter than the usual one" in wrong.content.decode()
    assert sign_in("agent").post("/suppliers/LIT/change/", form).status_code == 403


@pytest.mark.usefixtures("litware")
def test_an_agent_sees_a_supplier_without_what_they_may_not_do(sign_in: SignIn) -> None:
    page = sign_in("agent").get("/suppliers/LIT/").content.decode()

    assert "/redate/" not in page
    assert "/suppliers/LIT/change/" not in page


def test_pages_cost_the_same_however_much_is_expected(
    sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    supplier, product = make_supplier("LIT"), make_product()
    make_stock(product)
    for _ in range(8):
        make_purchase_order([(product, 3)], supplier=supplier)
        make_order([(product, 2)])
    replan(product_ids=None, cause="test", now=timezone.now())
    make_party_backlogs(covers={"covers_run_id": 0, "recent_runs": 0}, now=timezone.now())
    client = sign_in()

    with django_assert_max_num_queries(9):
        client.get("/suppliers/")
    with django_assert_max_num_queries(19):
        client.get("/suppliers/LIT/")
