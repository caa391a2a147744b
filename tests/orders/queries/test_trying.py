"""What an action would do: foreseen in memory, and the same once it is done."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from inventory.models import Product
from inventory.substitutes import SubstituteIn, change_substitutes
from orders.handling.lifecycle import expedite
from orders.models import LinePlan, Order, OrderPlan
from orders.queries.ranks import all_ranks, place_of
from orders.queries.substitutes import proposals
from orders.queries.trying import ExpediteTrial, try_expedite, try_swaps
from orders.replan import replan
from orders.rules import policies
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db

SOON = TODAY + timedelta(days=7)


def planned() -> None:
    replan(product_ids=None, cause="test", now=NOW)


def dates() -> dict[str, date | None]:
    return dict(OrderPlan.objects.values_list("order__ref", "eta_p50"))


def tried(order: Order) -> ExpediteTrial:
    rank = all_ranks().of([order.pk])[order.pk]
    found = try_expedite(order, policies.published(), today=TODAY, rank=rank)
    assert found is not None
    return found


@pytest.fixture
def lamp() -> Product:
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=4)
    make_purchase_order([(lamp, 9)], supplier=make_supplier(delay_p90_days=0), expected_on=SOON)
    return lamp


def test_expediting_names_whom_it_would_hurt_and_by_how_much(lamp: Product) -> None:
    first = make_order([(lamp, 3)], ref="SO-1", placed_at=NOW - timedelta(days=3))
    second = make_order([(lamp, 3)], ref="SO-2")
    bystander = make_order([(make_product(), 1)], ref="SO-3")
    planned()
    before = dates()

    seen = tried(second)
    expedite("SO-2", actor=None, now=NOW)
    planned()

    after = dates()
    assert (before["SO-1"], before["SO-2"], after["SO-1"], after["SO-2"]) == (TODAY, SOON, SOON, TODAY)
    assert seen.is_asked
    assert [(one.order, one.sku, one.before, one.after, one.days, one.units_lost) for one in seen.hurt] == [
        ("SO-1", "LAMP", TODAY, SOON, 7, 2)
    ]
    assert (seen.all_on_before, seen.all_on_after, seen.units_won, seen.hurt_orders) == (SOON, TODAY, 2, 1)
    ranks = all_ranks().of([first.pk, second.pk, bystander.pk])
    assert seen.rank_after == ranks[second.pk] == 1
    assert seen.score_after == pytest.approx(OrderPlan.objects.get(order=second).score)


def test_who_takes_nothing_from_anybody_hurts_nobody(lamp: Product) -> None:
    make_order([(lamp, 1)], ref="SO-1", placed_at=NOW - timedelta(days=3))
    second = make_order([(lamp, 1)], ref="SO-2")
    planned()

    seen = tried(second)

    assert (seen.hurt, seen.units_won) == ((), 0)


def test_asking_writes_nothing(lamp: Product) -> None:
    order = make_order([(lamp, 9)])
    planned()
    before = list(LinePlan.objects.values())

    tried(order)

    assert list(LinePlan.objects.values()) == before
    assert not Order.objects.get(pk=order.pk).is_expedited


def test_a_place_in_line_counts_those_that_are_served_before(lamp: Product) -> None:
    orders = [make_order([(lamp, 1)], placed_at=NOW - timedelta(days=days)) for days in (30, 20, 10)]
    planned()
    plan = OrderPlan.objects.get(order=orders[2])

    assert place_of(plan, score=plan.score) == all_ranks().of([orders[2].pk])[orders[2].pk] == 3
    assert place_of(plan, score=10_000.0) == 1


def test_a_substitute_that_is_there_brings_the_order_forward(lamp: Product) -> None:
    blue = make_product("BLUE")
    make_stock(blue, on_hand=20)
    change_substitutes("LAMP", substitutes=[SubstituteIn("BLUE", units=2)], actor=None, now=NOW)
    order = make_order([(lamp, 6)], ref="SO-1")
    planned()

    (trial,) = try_swaps(order, policies.published(), proposals(order), today=TODAY)

    assert (trial.proposal.covers_qty, trial.proposal.substitute_qty) == (2, 4)
    assert (trial.all_on_before, trial.all_on_after, trial.days_won) == (SOON, TODAY, 7)


def test_one_that_covers_a_part_only_moves_no_date(lamp: Product) -> None:
    blue = make_product("BLUE")
    make_stock(blue, on_hand=1)
    change_substitutes("LAMP", substitutes=[SubstituteIn("BLUE")], actor=None, now=NOW)
    order = make_order([(lamp, 6)])
    planned()

    (trial,) = try_swaps(order, policies.published(), proposals(order), today=TODAY)

    assert (trial.proposal.covers_qty, trial.days_won) == (1, 0)
