"""An order in two halves: seen before, done, planned as foreseen, taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inventory.models import DirtyMark, Product, StockLevel
from kernel.errors import Conflict, Invalid
from orders.handling.shipping import ShipLine, ship
from orders.handling.splitting import SplitLine, rejoin, split
from orders.integrity import check
from orders.models import Allocation, AllocationState, LinePlan, Order, OrderTerms
from orders.queries.trying import SplitTrial, try_split
from orders.replan import replan
from orders.rules import policies
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_line, make_order, make_user

pytestmark = pytest.mark.django_db

SOON = TODAY + timedelta(days=7)


@pytest.fixture
def order() -> Order:
    """Five lamps of which three are here, and two jugs that come later; it ships complete."""
    lamp, jug = make_product("LAMP"), make_product("JUG")
    make_stock(lamp, on_hand=3)
    make_stock(jug, on_hand=0)
    supplier = make_supplier(delay_p90_days=0)
    make_purchase_order([(jug, 2), (lamp, 2)], supplier=supplier, expected_on=SOON)
    order = make_order([(lamp, 5), (jug, 2)], ref="SO-1", ship_policy="partial")
    planned()
    return order


def planned() -> None:
    replan(product_ids=None, cause="test", now=NOW)


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for claim in Allocation.objects.all():
        name = AllocationState(claim.state).name
        found[name] = found.get(name, 0) + claim.qty
    return found


def split_of(order: Order, qty: int, position: int = 1) -> SplitTrial:
    line = make_line(order, position)
    found = try_split(order, policies.published(), {line.pk: qty}, today=TODAY)
    assert found is not None
    return found


def test_what_leaves_is_pinned_and_the_rest_waits_for_its_day(order: Order) -> None:
    pinned = split("SO-1", lines=[SplitLine(1, 2)], actor=make_user(), now=NOW, version=order.version)

    assert pinned == [SplitLine(1, 2)]
    assert states() == {"PLANNED": 1, "PINNED": 2}
    assert StockLevel.objects.get(product__sku="LAMP").reserved == 3
    assert set(DirtyMark.objects.values_list("product__sku", flat=True)) == {"LAMP", "JUG"}
    ship("SO-1", lines=[ShipLine(1, 2)], actor=None, now=NOW)
    assert states() == {"PLANNED": 1}
    assert check() == []


@pytest.mark.parametrize("ship_policy", ["partial", "complete", "one_backorder"])
def test_the_plan_keeps_what_was_foreseen(order: Order, ship_policy: str) -> None:
    Order.objects.update(ship_policy=ship_policy)
    order.refresh_from_db()
    planned()

    seen = split_of(order, 3)
    split("SO-1", lines=[SplitLine(1, 3)], is_agreed=True, actor=None, now=NOW)
    planned()

    assert (seen.now.units, seen.now.on, seen.later.units, seen.later.on) == (3, TODAY, 4, SOON)
    assert seen.unsplit_on == SOON
    assert max(day for day in LinePlan.objects.values_list("eta_p50", flat=True) if day) == seen.later.on


def test_looking_changes_nothing(order: Order) -> None:
    before = list(LinePlan.objects.values()), states()

    split_of(order, 2)

    assert (list(LinePlan.objects.values()), states()) == before
    assert not DirtyMark.objects.exists()


def test_an_order_that_ships_complete_asks_for_the_customers_consent(order: Order) -> None:
    Order.objects.update(ship_policy="complete")

    with pytest.raises(Conflict, match="Ask the customer"):
        split("SO-1", lines=[SplitLine(1, 2)], actor=None, now=NOW)
    split("SO-1", lines=[SplitLine(1, 2)], is_agreed=True, actor=None, now=NOW)

    assert Order.objects.get().ship_policy == "partial"


def test_taken_back_it_is_as_before(order: Order) -> None:
    Order.objects.update(ship_policy="complete")
    pinned = split("SO-1", lines=[SplitLine(1, 2)], is_agreed=True, actor=None, now=NOW)

    rejoin("SO-1", lines=pinned, ship_policy="complete", actor=None, now=NOW)

    assert (Order.objects.get().ship_policy, states()) == ("complete", {"PLANNED": 3})
    with pytest.raises(Conflict, match="not split any more"):
        rejoin("SO-1", lines=pinned, actor=None, now=NOW)
    assert check() == []


def test_a_second_split_adds_to_the_first_and_the_same_again_changes_nothing(order: Order) -> None:
    split("SO-1", lines=[SplitLine(1, 1)], actor=None, now=NOW)

    assert split("SO-1", lines=[SplitLine(1, 3)], actor=None, now=NOW) == [SplitLine(1, 2)]
    with pytest.raises(Conflict, match="set to leave already"):
        split("SO-1", lines=[SplitLine(1, 3)], actor=None, now=NOW)
    with pytest.raises(Conflict, match="3 are pinned or picked"):
        split("SO-1", lines=[SplitLine(1, 2)], actor=None, now=NOW)


def test_what_cannot_leave_is_refused_with_the_reason(order: Order) -> None:
    refused = {
        "3 units on hand": [SplitLine(1, 4)],
        "0 units on hand": [SplitLine(2, 1)],
        "no open line 9": [SplitLine(9, 1)],
        "Choose what leaves": [SplitLine(1, 0)],
    }
    for words, lines in refused.items():
        with pytest.raises((Conflict, Invalid), match=words):
            split("SO-1", lines=lines, actor=None, now=NOW)
    OrderTerms.objects.create(order=order, order_fills=[80])
    with pytest.raises(Conflict, match="no less than 80 %"):
        split("SO-1", lines=[SplitLine(1, 3)], actor=None, now=NOW)

    assert states() == {"PLANNED": 3}
    assert Order.objects.get().version == order.version


def test_all_of_it_is_shipped_and_not_split() -> None:
    product = make_product()
    make_stock(product, on_hand=9)
    order = make_order([(product, 2)])
    planned()

    with pytest.raises(Conflict, match="Ship it instead"):
        split(order.ref, lines=[SplitLine(1, 2)], actor=None, now=NOW)


def test_an_order_that_had_its_backorder_is_not_split_again(order: Order) -> None:
    Order.objects.update(ship_policy="one_backorder")
    ship("SO-1", lines=[ShipLine(1, 1)], actor=None, now=NOW)

    with pytest.raises(Conflict, match="one backorder at most"):
        split("SO-1", lines=[SplitLine(1, 1)], actor=None, now=NOW)


def test_a_product_without_a_claim_keeps_its_free_units(order: Order) -> None:
    """The question takes only what planning gave the order: others' units stay theirs."""
    other = make_order([(Product.objects.get(sku="LAMP"), 1)])

    split_of(order, 3)

    assert not Allocation.objects.filter(line__order=other).exists()
