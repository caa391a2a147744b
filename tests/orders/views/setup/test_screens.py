"""Setup by its screens: list, add, change in place, take back, files; as the server answers without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory import calendars
from inventory.models import (
    Calendar,
    ClosedDay,
    PickCapacity,
    Product,
    SetupChange,
    StockLevel,
    Substitute,
    Supplier,
    Warehouse,
)
from orders.models import CustomerTerms, SourceRule
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock, make_supplier, make_warehouse
from tests.factories.orders import make_customer

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
SCREENS = ("", "warehouses/", "working-days/", "sources/", "substitutes/", "protected/", "terms/", "suppliers/")
WEEK: dict[str, Any] = {f"weekday_{n}": "" for n in range(7)}


@pytest.fixture
def ops(sign_in: SignIn) -> Client:
    make_stock(make_product("MUG", name="Blue mug"), on_hand=9)
    make_product("CUP", name="White cup")
    make_warehouse("LDS", name="Leeds")
    make_customer("ANN", name="Ann & Co", country="France")
    calendars.create_calendar(code="UK", name="England", country="GB", subdivision="ENG", actor=None, now=NOW)
    return sign_in("ops")


def csv(text: str) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("rows.csv", text.encode(), content_type="text/csv")}


def undo(client: Client) -> None:
    """Press the Undo of the newest change."""
    newest = SetupChange.objects.latest("pk")
    assert client.post(f"/setup/changes/{newest.pk}/undo/", {"is_undo": "1"}).status_code == 302


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_opens_in_few_queries_and_only_to_those_who_may(
    ops: Client,
    sign_in: SignIn,
    screen: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        make_supplier(f"SUP{number}")
        product = make_product(f"P{number}")
        Substitute.objects.create(product=product, substitute=Product.objects.get(sku="CUP"))
        make_stock(product, on_hand=3, protected=2)
        CustomerTerms.objects.create(customer=make_customer(f"C{number}"), max_sources=1)

    with django_assert_max_num_queries(16):
        assert ops.get(f"/setup/{screen}").status_code == 200
    assert "/setup/" in ops.get("/triage/").content.decode()
    agent = sign_in("agent")
    assert agent.get(f"/setup/{screen}").status_code == 403
    assert "/setup/" not in agent.get("/triage/").content.decode()


def test_picking_capacity_is_set_by_weekday_and_day_and_taken_back(ops: Client) -> None:
    form = {**WEEK, "weekday_0": "1,200", "weekday_6": "0", "version": "0"}

    done = ops.post(
        "/setup/warehouses/MAIN/capacity/",
        {**form, "day": ["2026-12-24", ""], "day_units": ["300", ""]},
        follow=True,
    ).content.decode()

    assert "Undo" in done
    assert set(PickCapacity.objects.values_list("weekday", "day", "units")) == {
        (0, None, 1200),
        (6, None, 0),
        (None, date(2026, 12, 24), 300),
    }
    undo(ops)
    assert not PickCapacity.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"weekday_0": "many"}, "whole units from 0"),
        ({"weekday_0": "-1"}, "whole units from 0"),
        ({"weekday_0": "99999999"}, "whole units from 0"),
        ({f"weekday_{n}": "0" for n in range(7)}, "Something must be picked"),
        ({"day": ["2026-13-40"], "day_units": ["3"]}, "Choose a date"),
        ({"day": ["2026-12-24", "2026-12-24"], "day_units": ["3", "4"]}, "given twice"),
    ],
)
def test_wrong_capacity_is_refused_with_what_was_typed(ops: Client, wrong: dict[str, Any], words: str) -> None:
    response = ops.post("/setup/warehouses/MAIN/capacity/", {**WEEK, **wrong})
    page = response.content.decode()

    assert response.status_code == 422
    assert words in page
    assert all(f'value="{value}"' in page for value in wrong.values() if isinstance(value, str))
    assert not PickCapacity.objects.exists()


def test_who_comes_second_is_told_who_was_first(ops: Client) -> None:
    ops.post("/setup/warehouses/MAIN/capacity/", {**WEEK, "weekday_0": "5", "version": "0"})

    response = ops.post("/setup/warehouses/MAIN/capacity/", {**WEEK, "weekday_0": "7", "version": "0"})

    assert response.status_code == 409
    assert "changed this meanwhile" in response.content.decode()
    assert PickCapacity.objects.get().units == 5


def test_a_warehouse_is_added_changed_and_changed_back(ops: Client) -> None:
    ops.post("/setup/warehouses/add/", {"code": "BRS", "name": "Bristol", "preference": "3"})
    form = {"name": "Bristol Docks", "preference": "1", "calendar": "UK", "handling_days": "2", "is_active": "on"}
    ops.post("/setup/warehouses/BRS/change/", form)

    bristol = Warehouse.objects.get(code="BRS")
    assert (bristol.name, bristol.preference, bristol.handling_days) == ("Bristol Docks", 1, 2)
    undo(ops)
    bristol.refresh_from_db()
    assert (bristol.name, bristol.preference, bristol.calendar) == ("Bristol", 3, None)
    taken = ops.post("/setup/warehouses/add/", {"code": "BRS", "name": "Again", "preference": "3"})
    assert (taken.status_code, "There is BRS already" in taken.content.decode()) == (409, True)
    closing = ops.post("/setup/warehouses/MAIN/change/", {**form, "is_active": ""})
    assert "has units on hand" in closing.content.decode()


def test_a_calendar_is_added_made_the_company_s_and_taken_back(ops: Client) -> None:
    new = {"code": "DE", "name": "Germany", "country": "DE", "subdivision": "BY", "weekdays": ["0", "1", "2", "3"]}

    ops.post("/setup/working-days/add/", {**new, "is_company": "on"})

    calendar = Calendar.objects.get(code="DE")
    assert (calendar.weekdays, calendar.is_company) == ("1111000", True)
    assert "Epiphany" in ops.get("/setup/working-days/").content.decode()
    undo(ops)
    assert not Calendar.objects.filter(code="DE").exists()
    wrong = ops.post("/setup/working-days/add/", {**new, "subdivision": "XX"})
    assert (wrong.status_code, "There is no such part" in wrong.content.decode()) == (422, True)
    idle = ops.post("/setup/working-days/UK/change/", {"name": "England", "country": "GB", "weekdays": []})
    assert "Give seven digits" in idle.content.decode()


def test_a_day_is_closed_and_opened_in_place(ops: Client) -> None:
    ops.post("/setup/working-days/UK/close/", {"day": "2099-12-29", "note": "Stock-take"})
    assert "Stock-take" in ops.get("/setup/working-days/").content.decode()

    ops.post("/setup/working-days/UK/open/", {"day": "2099-12-29"})

    assert not ClosedDay.objects.exists()
    undo(ops)
    assert ClosedDay.objects.get().note == "Stock-take"
    assert ops.post("/setup/working-days/UK/close/", {"day": "soon"}).status_code == 422
    assert ops.post("/setup/working-days/UK/open/", {"day": "2099-01-01"}).status_code == 404


def test_where_from_first_is_said_by_product_and_by_country(ops: Client) -> None:
    ops.post("/setup/sources/change/", {"sku": "mug", "warehouse": ["LDS", "MAIN", ""]})
    ops.post("/setup/sources/change/", {"country": "France", "warehouse": ["MAIN"]})

    page = ops.get("/setup/sources/").content.decode()
    assert "LDS, then MAIN" in page
    assert "Whatever goes to France" in page
    assert "Blue mug" not in ops.get("/setup/sources/?q=fra").content.decode()
    undo(ops)
    assert list(SourceRule.objects.values_list("product__sku", flat=True)) == ["MUG", "MUG"]
    both = ops.post("/setup/sources/change/", {"sku": "MUG", "country": "France", "warehouse": ["LDS"]})
    twice = ops.post("/setup/sources/change/", {"sku": "MUG", "warehouse": ["LDS", "LDS"]})
    nobody = ops.post("/setup/sources/change/", {"sku": "NOPE", "warehouse": ["LDS"]})
    assert [each.status_code for each in (both, twice, nobody)] == [422, 422, 422]
    assert "Name each warehouse once" in twice.content.decode()


def test_a_list_of_substitutes_is_written_ordered_and_taken_back(ops: Client) -> None:
    make_product("JUG")
    rows = {
        "place": ["2", "1", "3"],
        "sku": ["CUP", "JUG", ""],
        "units": ["2", "1", "1"],
        "per": ["1", "1", "1"],
        "when": ["any", "entry", "any"],
        "needs_consent": ["no", "yes", "yes"],
    }

    ops.post("/setup/substitutes/change/", {"product": "MUG", "version": "0", **rows})

    found = Substitute.objects.filter(product__sku="MUG")
    assert list(found.values_list("substitute__sku", "units", "when", "needs_consent")) == [
        ("JUG", 1, "entry", True),
        ("CUP", 2, "any", False),
    ]
    page = ops.get("/setup/substitutes/?q=blue").content.decode()
    assert "2 for 1" in page
    assert "sent without asking" in page
    undo(ops)
    assert not Substitute.objects.exists()
    odd = {**rows, "place": ["²", "9" * 5_000, ""], "sku": ["MUG", "", ""]}
    wrong = ops.post("/setup/substitutes/change/", {"product": "MUG", **odd})
    assert (wrong.status_code, "another product" in wrong.content.decode()) == (422, True)
    assert 'value="MUG"' in wrong.content.decode()


def test_units_are_kept_back_and_given_free(ops: Client) -> None:
    ops.post("/setup/protected/change/", {"sku": "mug", "warehouse": "MAIN", "units": "4"})

    assert StockLevel.objects.get(product__sku="MUG").protected == 4
    assert "Blue mug" in ops.get("/setup/protected/").content.decode()
    undo(ops)
    assert StockLevel.objects.get(product__sku="MUG").protected == 0
    wrong = ops.post("/setup/protected/change/", {"sku": "MUG", "warehouse": "MAIN", "units": "some"})
    assert (wrong.status_code, 'value="some"' in wrong.content.decode()) == (422, True)


def test_terms_of_a_customer_are_set_by_code(ops: Client) -> None:
    form = {"order_fills": "80, 0", "line_fills": "", "fill_by": "value", "max_sources": "2"}

    ops.post("/setup/terms/change/", {"customer": "ANN", **form})

    assert CustomerTerms.objects.get().order_fills == [80, 0]
    assert "80 %, then any of its value" in ops.get("/setup/terms/").content.decode()
    undo(ops)
    assert not CustomerTerms.objects.exists()
    nobody = ops.post("/setup/terms/change/", {"customer": "NOBODY", **form})
    assert (nobody.status_code, "There is no customer NOBODY" in nobody.content.decode()) == (404, True)


def test_a_supplier_is_added(ops: Client) -> None:
    form = {"code": "NORTH", "name": "Northline", "email": "", "delay_p50_days": "1", "delay_p90_days": "5"}

    ops.post("/setup/suppliers/add/", form)

    assert Supplier.objects.get(code="NORTH").delay_p90_days == 5
    wrong = ops.post("/setup/suppliers/add/", {**form, "code": "X", "email": "nonsense"})
    assert (wrong.status_code, Supplier.objects.filter(code="X").exists()) == (422, False)


@pytest.mark.parametrize(
    ("screen", "good", "wrong", "says"),
    [
        (
            "working-days",
            "calendar,day,note\nUK,2026-12-24,Eve\nUK,2026-12-31,\n",
            "calendar,day\nUK,24.12.2026\nMOON,2026-12-24\n",
            ["line 2, day", "line 3"],
        ),
        (
            "protected",
            "sku,warehouse,units\nMUG,MAIN,4\nCUP,MAIN,0\n",
            "sku,warehouse,units\nMUG,MAIN,few\nNOPE,MAIN,1\n",
            ["line 2, units", "line 3, sku"],
        ),
        (
            "substitutes",
            "product,substitute,units,per,when,needs_consent\nMUG,CUP,2,1,any,no\n",
            "product,substitute,needs_consent\nMUG,CUP,perhaps\nCUP,MUG,no\nCUP,NOPE,yes\n",
            ["line 2, needs_consent", "line 4, substitute"],
        ),
    ],
)
def test_a_file_is_taken_in_whole_or_not_at_all(
    ops: Client, screen: str, good: str, wrong: str, says: list[str]
) -> None:
    before = SetupChange.objects.count()

    refused = ops.post(f"/setup/{screen}/import/", csv(wrong))
    nothing = ops.post(f"/setup/{screen}/import/")
    unread = ops.post(f"/setup/{screen}/import/", csv("a;b\n1;2\n"))

    assert [each.status_code for each in (refused, nothing, unread)] == [422, 422, 422]
    assert all(words in refused.content.decode() for words in says)
    assert SetupChange.objects.count() == before
    assert ops.post(f"/setup/{screen}/import/", csv(good)).status_code == 302
    changed = SetupChange.objects.count()
    assert changed > before
    again = ops.post(f"/setup/{screen}/import/", csv(good), follow=True)
    assert "were there already" in again.content.decode()
    assert SetupChange.objects.count() == changed


def test_the_newest_changes_are_shown_with_who_and_a_way_back(ops: Client) -> None:
    ops.post("/setup/protected/change/", {"sku": "MUG", "warehouse": "MAIN", "units": "4"})

    page = ops.get("/setup/").content.decode()

    assert "Units: 0 → <b>4</b>" in page
    assert f"/setup/changes/{SetupChange.objects.latest('pk').pk}/undo/" in page
