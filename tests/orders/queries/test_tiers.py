"""Bits that say which orders are of a tier say what looking each up would."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.db.models import Case
from django.http import QueryDict

from orders.board import filters
from orders.board.filters import BoardFilter
from orders.models import Customer, Order, OrderPlan
from orders.queries import tiers
from orders.queries.board import open_plans
from orders.queries.tiers import is_gathered, is_of, load_owners
from tests.factories import NOW, TODAY
from tests.factories.orders import make_customer
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
TIERS = ("platinum", "gold", "silver", "standard")


@pytest.fixture(autouse=True)
def owners_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remember whose orders are from the first question on, as in a large backlog."""
    kept: list[tiers.Owners] = []

    def remembered(key: str, compute: object, *, cheap: float) -> tiers.Owners:
        kept.extend([] if kept else [load_owners()])
        return kept[0]

    monkeypatch.setattr(tiers, "remembered", remembered)


def order_of(tier: str) -> Order:
    return planned_order(customer=make_customer(tier=tier))


def by_bits(*chosen: str) -> set[int]:
    condition = is_of(chosen)
    assert condition is not None
    return set(OrderPlan.objects.alias(wanted=condition).filter(wanted=True).values_list("pk", flat=True))


def by_looking_up(*chosen: str) -> set[int]:
    return set(OrderPlan.objects.filter(order__customer__tier__in=chosen).values_list("pk", flat=True))


def test_bits_choose_the_orders_of_a_tier() -> None:
    orders = {tier: order_of(tier) for tier in (*TIERS, *TIERS)}

    for chosen in ({"gold"}, {"silver", "standard"}, set(TIERS)):
        assert by_bits(*chosen) == by_looking_up(*chosen)
    assert orders["gold"].pk in by_bits("gold")
    gathered = OrderPlan.objects.alias(wanted=is_gathered(["gold"])).filter(wanted=True)
    assert set(gathered.values_list("pk", flat=True)) == by_bits("gold")


def test_orders_that_came_since_or_were_closed_meanwhile_are_looked_up() -> None:
    lowest, closed, gold = order_of("silver"), order_of("gold"), order_of("gold")
    Order.objects.filter(pk=closed.pk).update(status="cancelled", closed_at=NOW)
    assert by_bits("silver") == {lowest.pk}

    Order.objects.filter(pk=closed.pk).update(status="open", closed_at=None)
    newer, newest = order_of("gold"), order_of("silver")

    assert by_bits("gold") == {closed.pk, gold.pk, newer.pk}
    assert by_bits("silver") == {lowest.pk, newest.pk}


def test_a_customer_who_changed_tier_is_found_at_once() -> None:
    moved, other = order_of("silver"), order_of("silver")
    assert by_bits("gold") == set()

    Customer.objects.filter(pk=moved.customer_id).update(tier="gold")

    assert (by_bits("gold"), by_bits("silver")) == ({moved.pk}, {other.pk})


def test_an_empty_backlog_has_no_bits_nor_has_one_whose_keys_are_far_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_of(["gold"]) is None

    assert len(owners_of(2).customers) == 2
    monkeypatch.setattr(tiers, "MOST_BITS", 1)

    assert not len(load_owners().place)


def owners_of(orders: int) -> tiers.Owners:
    for _ in range(orders):
        order_of("gold")
    return load_owners()


def test_of_a_large_backlog_the_board_asks_bits_and_shows_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    gold, _ = order_of("gold"), order_of("silver")
    asked: list[list[str]] = []

    def ask(chosen: list[str]) -> Case | None:
        asked.append(chosen)
        return is_of(chosen)

    monkeypatch.setattr(filters, "is_of", ask)

    found = {}
    for known in (None, filters.MANY, filters.MANY + 1):
        monkeypatch.setattr(filters, "known_count", lambda view, today, known=known: known)
        rows = BoardFilter({"tier": ["gold"]}, queryset=open_plans(TODAY)).qs
        found[known] = list(rows.values_list("pk", flat=True))

    assert set(map(tuple, found.values())) == {(gold.pk,)}
    assert asked == [["gold"]]


def test_bits_cost_a_query_and_no_row_of_an_order(django_assert_num_queries: Any) -> None:
    order_of("gold")
    is_of(["gold"])

    with django_assert_num_queries(1):
        is_of(["gold"])


def test_bits_have_the_first_order_in_the_lowest_bit() -> None:
    owners = tiers.Owners(7, np.array([1, 0, 2, 1]), np.array([10, 20]))

    assert owners.bits(np.array([10])) == (bytes([0b1011]), bytes([0b1101]))


@pytest.mark.parametrize("known", [None, filters.MANY + 1])
def test_conditions_on_tiers_choose_like_the_filter(monkeypatch: pytest.MonkeyPatch, known: int | None) -> None:
    monkeypatch.setattr(filters, "known_count", lambda view, today: known)
    orders = {tier: order_of(tier) for tier in TIERS}

    def shown(**query: list[str]) -> set[int]:
        params = QueryDict(mutable=True)
        for name, values in query.items():
            params.setlist(name, values)
        return set(BoardFilter(params, queryset=open_plans(TODAY)).qs.values_list("pk", flat=True))

    assert shown(has=["tier:is:gold"]) == {orders["gold"].pk}
    assert shown(has=["tier:not:gold", "tier:not:silver"]) == {orders["platinum"].pk, orders["standard"].pk}
    assert shown(has=["tier:not:gold"], tier=["gold", "silver"]) == {orders["silver"].pk}
