"""Rules that hold orders as they come in: which orders, by which kinds, from when to when, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Product, SetupChange, Substitute
from kernel.errors import Conflict, Invalid, NotFound
from notifications.models import Fact
from orders import setup
from orders.entry.intake import CustomerIn, LineIn, OrderIn, take_in
from orders.handling.hold_sources import add_hold_source, change_hold_source, end_hold_source, orders_caught
from orders.handling.lifecycle import hold, release
from orders.models import Hold, HoldSource, Order, SubstituteConsent
from orders.queries.timeline import order_timeline
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_customer, make_order, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue() -> None:
    make_product("MUG")
    make_product("CUP")
    make_customer("ANN")
    make_customer("BEN")


def come_in(customer: str = "ANN", *skus: str, **fields: Any) -> Order:
    lines = [LineIn(sku, 2) for sku in skus or ("MUG",)]
    order = OrderIn(channel="shop", external_id="", customer=CustomerIn(customer), lines=lines, **fields)
    return take_in(order, actor=None, now=NOW)[0]


def add(**given: Any) -> HoldSource:
    return add_hold_source(**{"kind": "credit", "actor": None, "now": NOW, **given})


def kinds_of(order: Order) -> list[str]:
    return sorted(order.holds.filter(released_at=None).values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("source", "held"),
    [
        ({"customer": "ANN"}, {"ANN MUG", "ANN CUP"}),
        ({"sku": "mug"}, {"ANN MUG", "BEN MUG"}),
        ({"customer": "ANN", "sku": "MUG"}, {"ANN MUG"}),
    ],
)
def test_an_order_that_matches_is_held_as_it_comes_in_and_no_other(source: dict[str, str], held: set[str]) -> None:
    add(**source)

    orders = {f"{customer} {sku}": come_in(customer, sku) for customer in ("ANN", "BEN") for sku in ("MUG", "CUP")}

    assert {name for name, order in orders.items() if kinds_of(order) == ["credit"]} == held
    assert Hold.objects.count() == len(held)


def test_each_kind_holds_once_and_the_customer_is_asked_as_by_hand() -> None:
    boss = make_user("admin")
    old = add(customer="ANN", reason="Over their limit", actor=boss)
    add(sku="MUG", reason="Recalled")
    add(sku="MUG", kind="address")

    order = come_in("ANN", "MUG", "CUP")

    assert kinds_of(order) == ["address", "credit"]
    placed = order.holds.get(kind="credit")
    assert (placed.source, placed.reason, placed.placed_by, placed.placed_at) == (old, "Over their limit", None, NOW)
    fact = Fact.objects.get(kind="orders.held", payload__order__ref=order.ref)
    assert fact.payload["kind"] == "address, credit"
    asked = Fact.objects.get(kind="orders.hold_question")
    by_hand = make_order(customer=order.customer, lines=[(Product.objects.get(sku="CUP"), 1)])
    hold(by_hand.ref, kind="address", actor=None, now=NOW)
    same = Fact.objects.filter(kind="orders.hold_question").latest("pk")
    assert (asked.payload["hold"], asked.payload.keys()) == ("address", same.payload.keys())
    told = [event for event in order_timeline(order, []).events if event.text == "Credit hold"]
    assert "Over their limit" in told[0].detail
    assert f"by rule, made by {boss}" in told[0].detail


def test_a_source_catches_until_its_last_day_is_over_and_not_after_it_was_ended() -> None:
    by_day, ended = add(customer="ANN", last_on=TODAY), add(customer="BEN")
    first = come_in("ANN")
    end_hold_source(ended.pk, actor=None, now=NOW)

    late = OrderIn(channel="shop", external_id="", customer=CustomerIn("ANN"), lines=[LineIn("MUG", 1)])
    next_day = take_in(late, actor=None, now=NOW + timedelta(days=1))[0]

    assert kinds_of(first) == ["credit"]
    assert kinds_of(next_day) == kinds_of(come_in("BEN")) == []
    change_hold_source(by_day.pk, reason="", last_on=None, actor=None, now=NOW)
    again = take_in(replace(late, external_id="2"), actor=None, now=NOW + timedelta(days=1))[0]
    assert kinds_of(again) == ["credit"]


def test_what_was_swapped_for_a_substitute_at_entry_is_matched_by_what_will_be_sent() -> None:
    mug, cup = make_product("TEA"), make_product("TIN")
    make_stock(cup, on_hand=9)
    Substitute.objects.create(product=mug, substitute=cup, needs_consent=False)
    add(sku="TIN")
    add(sku="TEA", kind="manual")

    assert kinds_of(come_in("ANN", "TEA", substitutes=SubstituteConsent.AGREED)) == ["credit"]


def test_an_order_sent_again_is_not_held_again() -> None:
    add(customer="ANN")
    order = OrderIn(channel="shop", external_id="7", customer=CustomerIn("ANN"), lines=[LineIn("MUG", 1)])
    taken, _ = take_in(order, actor=None, now=NOW)
    release(taken.ref, actor=None, now=NOW)

    take_in(order, actor=None, now=NOW)

    assert kinds_of(taken) == []


def test_an_order_without_a_match_costs_one_query_and_one_with_matches_a_fixed_number() -> None:
    come_in("BEN", "CUP")

    def queries(*skus: str) -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            come_in("ANN", *skus)
        return [query["sql"] for query in seen]

    without = queries("MUG")
    assert sum("orders_holdsource" in sql for sql in without) == 1
    for number in range(20):
        add(sku=make_product(f"P{number}").sku)
        add(sku=f"P{number}", kind="fraud")
    assert len(queries("MUG")) == len(without)
    few = len(queries("P1"))
    assert few <= len(without) + 3
    assert len(queries(*(f"P{number}" for number in range(20)))) == few


def test_what_cannot_be_a_source_is_refused_by_its_field() -> None:
    add(customer="ANN", sku="MUG")
    for given, field in [
        ({}, "customer"),
        ({"customer": "NOBODY"}, "customer"),
        ({"sku": "NOTHING"}, "sku"),
        ({"customer": "ANN", "kind": "mood"}, "kind"),
        ({"customer": "ANN", "last_on": TODAY - timedelta(days=1)}, "last_on"),
    ]:
        with pytest.raises(Invalid) as refused:
            add(**given)
        assert list(refused.value.fields) == [field]

    with pytest.raises(Conflict, match="already"):
        add(customer="ANN", sku="MUG")
    with pytest.raises(NotFound):
        end_hold_source(0, actor=None, now=NOW)
    assert HoldSource.objects.count() == SetupChange.objects.count() == 1


def test_a_change_is_refused_when_somebody_changed_the_source_since_and_undone_by_setup() -> None:
    boss = make_user("admin")
    source = add(customer="ANN", reason="Old")
    seen = SetupChange.objects.latest("pk").pk
    change_hold_source(source.pk, reason="New", last_on=None, actor=boss, now=NOW, version=seen)

    with pytest.raises(Conflict, match=str(boss)):
        end_hold_source(source.pk, actor=None, now=NOW, version=seen)

    setup.undo_change(SetupChange.objects.latest("pk").pk, actor=boss, now=NOW)
    source.refresh_from_db()
    assert source.reason == "Old"
    end_hold_source(source.pk, actor=boss, now=NOW)
    ending = SetupChange.objects.latest("pk").pk
    setup.undo_change(ending, actor=boss, now=NOW)
    assert kinds_of(come_in("ANN")) == ["credit"]
    end_hold_source(source.pk, actor=boss, now=NOW)
    ending = SetupChange.objects.latest("pk").pk
    add(customer="ANN")
    with pytest.raises(Conflict, match="already"):
        setup.undo_change(ending, actor=boss, now=NOW)


def test_undoing_the_addition_ends_it() -> None:
    add(customer="ANN")

    setup.undo_change(SetupChange.objects.latest("pk").pk, actor=None, now=NOW)

    assert kinds_of(come_in("ANN")) == []


def test_orders_that_are_in_are_caught_only_when_asked_for() -> None:
    ann = [come_in("ANN"), come_in("ANN", "CUP"), come_in("ANN", "CUP", "MUG")]
    come_in("BEN")
    held, *_ = ann
    hold(held.ref, kind="credit", actor=None, now=NOW)

    assert set(orders_caught(add(customer="ANN"))) == set(ann[1:])
    assert set(orders_caught(add(customer="ANN", sku="MUG"))) == {ann[2]}
    assert orders_caught(add(sku="MUG", kind="fraud")).count() == 3
