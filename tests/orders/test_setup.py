"""Changes of how we work: kept with who made them, refused when somebody was faster, undone as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from inventory import calendars, catalogue, protecting, substitutes, suppliers
from inventory.models import Calendar, SetupChange, StockLevel
from inventory.setup_history import version_of
from kernel.errors import Conflict, NotFound
from orders import customers, hands, sources
from orders.handling import terms
from orders.models import Customer, CustomerTerms, SourceRule
from orders.setup import undo_change
from tests.factories import NOW
from tests.factories.inventory import make_product, make_supplier, make_warehouse
from tests.factories.orders import make_customer, make_user

pytestmark = pytest.mark.django_db

WEEK = [100, 100, 100, 100, 100, None, None]


def capacity(units: int, **who: Any) -> None:
    hands.change_capacity("MAIN", weekdays=[units, *WEEK[1:]], days={date(2026, 12, 24): units}, **who)


def calendar_note(units: int, **who: Any) -> None:
    calendars.close_day("UK", day=date(2026, 12, 29), note=f"stock-take {units}", **who)


def product_sources(units: int, **who: Any) -> None:
    sources.change_product_sources("MUG", warehouses=["MAIN", "LDS"][: units % 2 + 1], **who)


def country_sources(units: int, **who: Any) -> None:
    sources.change_country_sources("France", warehouses=["MAIN", "LDS"][: units % 2 + 1], **who)


def substitute_list(units: int, **who: Any) -> None:
    given = [substitutes.SubstituteIn(sku="CUP", units=units, needs_consent=False)]
    substitutes.change_substitutes("MUG", substitutes=given, **who)


def protected(units: int, **who: Any) -> None:
    protecting.protect_stock("MUG", warehouse_code="MAIN", units=units, **who)


def supplier(units: int, **who: Any) -> None:
    suppliers.change_supplier("NORTH", delay_p90_days=units, email=f"desk{units}@north.example", **who)


def warehouse(units: int, **who: Any) -> None:
    catalogue.change_warehouse("MAIN", handling_days=units, calendar="UK", **who)


def customer_terms(units: int, **who: Any) -> None:
    terms.change_customer_terms("ANN", order_fills=[units, 0], max_sources=2, **who)


def customer(units: int, **who: Any) -> None:
    customers.change_customer("ANN", phone=f"+44 20 {units}", tier=["gold", "silver"][units % 2], **who)


CHANGES = {
    ("capacity", "MAIN"): capacity,
    ("calendar", "UK"): calendar_note,
    ("sources", "sku:MUG"): product_sources,
    ("sources", "country:France"): country_sources,
    ("substitutes", "MUG"): substitute_list,
    ("protected", "MAIN/MUG"): protected,
    ("supplier", "NORTH"): supplier,
    ("warehouse", "MAIN"): warehouse,
    ("terms", "ANN"): customer_terms,
    ("customer", "ANN"): customer,
}
each_change = pytest.mark.parametrize(("thing", "change"), CHANGES.items(), ids=[" ".join(thing) for thing in CHANGES])


@pytest.fixture(autouse=True)
def company() -> None:
    make_product("MUG")
    make_product("CUP")
    make_warehouse("MAIN")
    make_warehouse("LDS")
    make_supplier("NORTH")
    make_customer("ANN", country="France")
    calendars.create_calendar(code="UK", name="England", is_company=True, actor=None, now=NOW)


@each_change
def test_a_change_is_kept_with_what_was_before_and_who_made_it(
    thing: tuple[str, str], change: Callable[..., None]
) -> None:
    ops = make_user("ops")

    change(11, actor=ops, now=NOW)
    change(11, actor=ops, now=NOW)  # changes nothing, so nothing is kept
    change(12, actor=None, now=NOW)

    second, first = SetupChange.objects.filter(kind=thing[0], name=thing[1], at=NOW).order_by("-pk")[:2]
    assert (first.actor, second.actor) == (ops, None)
    assert first.after != first.before
    assert {**second.before, "company_before": ""} == {**first.after, "company_before": ""}


@each_change
def test_undoing_makes_what_was_before_and_can_be_undone(thing: tuple[str, str], change: Callable[..., None]) -> None:
    change(11, actor=None, now=NOW)
    change(12, actor=None, now=NOW)
    last = SetupChange.objects.get(pk=version_of(*thing))

    undo_change(last.pk, actor=None, now=NOW)

    back = SetupChange.objects.get(pk=version_of(*thing))
    assert _said(back.before, last.after) == _said(last.after, last.after)
    assert _said(back.after, last.before) == _said(last.before, last.before)
    undo_change(back.pk, actor=None, now=NOW)
    assert _said(SetupChange.objects.get(pk=version_of(*thing)).after, last.after) == _said(last.after, last.after)


def _said(document: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    return {name: document.get(name) for name in like if name != "company_before"}


@each_change
def test_who_comes_second_is_told_who_was_first_and_nothing_is_overwritten(
    thing: tuple[str, str], change: Callable[..., None]
) -> None:
    seen = version_of(*thing)
    change(11, actor=make_user("ops", email="zoe@example.com"), now=NOW)
    stands = version_of(*thing)

    with pytest.raises(Conflict, match="changed this meanwhile"):
        change(12, version=seen, actor=None, now=NOW)

    assert version_of(*thing) == stands
    change(12, version=stands, actor=None, now=NOW)
    with pytest.raises(Conflict):
        undo_change(stands, actor=None, now=NOW)


def test_undoing_reaches_the_facts_themselves() -> None:
    product_sources(2, actor=None, now=NOW)
    protected(7, actor=None, now=NOW)
    customer_terms(80, actor=None, now=NOW)
    customer(5, actor=None, now=NOW)

    for kind, name in (("sources", "sku:MUG"), ("protected", "MAIN/MUG"), ("terms", "ANN"), ("customer", "ANN")):
        undo_change(version_of(kind, name), actor=None, now=NOW)

    assert not SourceRule.objects.exists()
    assert StockLevel.objects.get().protected == 0
    assert not CustomerTerms.objects.exists()
    assert (Customer.objects.get().phone, Customer.objects.get().tier) == ("", "standard")


def test_a_new_calendar_goes_when_it_is_undone_and_the_company_has_its_own_again() -> None:
    calendars.create_calendar(code="FR", name="France", country="fr", is_company=True, actor=None, now=NOW)

    undo_change(version_of("calendar", "FR"), actor=None, now=NOW)

    assert [(row.code, row.is_company) for row in Calendar.objects.all()] == [("UK", True)]


def test_a_calendar_that_somebody_works_by_is_not_taken_away() -> None:
    calendars.create_calendar(code="FR", name="France", actor=None, now=NOW)
    catalogue.change_warehouse("MAIN", calendar="FR", actor=None, now=NOW)

    with pytest.raises(Conflict, match="Give it another calendar first"):
        undo_change(version_of("calendar", "FR"), actor=None, now=NOW)

    assert Calendar.objects.filter(code="FR").exists()


def test_another_calendar_becomes_the_company_s_and_back() -> None:
    calendars.create_calendar(code="FR", name="France", actor=None, now=NOW)
    calendars.change_calendar("FR", is_company=True, name="La France", actor=None, now=NOW)

    undo_change(version_of("calendar", "FR"), actor=None, now=NOW)

    assert dict(Calendar.objects.values_list("code", "is_company")) == {"UK": True, "FR": False}
    assert Calendar.objects.get(code="FR").name == "France"


def test_a_change_that_does_not_exist_is_not_undone() -> None:
    with pytest.raises(NotFound):
        undo_change(10**9, actor=None, now=NOW)
