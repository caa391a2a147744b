"""Units taken off the shelf: they never move, and are counted."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from inventory.models import StockLevel
from kernel.errors import Conflict, Invalid
from orders.handling.lifecycle import cancel_order
from orders.handling.picking import PickLine, pick, unpick
from orders.handling.shipping import ShipLine, ship
from orders.models import Allocation, AllocationState, LinePlan, Order, PickRecord, Reason
from orders.replan import replan
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock, make_warehouse
from tests.factories.orders import allocate, make_line, make_order

pytestmark = pytest.mark.django_db

PLANNED, PINNED, PICKED = AllocationState


@pytest.fixture
def order() -> Order:
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=10)
    return make_order([(lamp, 6)], ref="SO-1", ship_policy="partial")


def claims() -> dict[int, int]:
    return dict(Allocation.objects.values_list("state", "qty"))


def picked() -> int:
    return PickRecord.objects.aggregate(units=Sum("qty"))["units"] or 0


def test_pinned_units_are_picked_first_and_stay_reserved(order: Order) -> None:
    allocate(make_line(order), 3)
    allocate(make_line(order), 2, state=PINNED)

    pick("SO-1", lines=[PickLine(1, 3)], actor=None, now=NOW)

    assert claims() == {PLANNED: 2, PICKED: 3}
    assert StockLevel.objects.get().reserved == 5
    assert picked() == 3


def test_picked_units_never_move_to_a_better_order(order: Order) -> None:
    replan(product_ids=None, cause="test", now=NOW)
    pick("SO-1", actor=None, now=NOW)

    make_order([(make_line(order).product, 10)], is_expedited=True, ship_policy="partial")
    replan(product_ids=None, cause="test", now=NOW)

    assert Allocation.objects.get(line=make_line(order)).state == PICKED
    assert LinePlan.objects.get(line=make_line(order)).reason == Reason.FROZEN


def test_units_put_back_are_the_plans_again(order: Order) -> None:
    allocate(make_line(order), 4)
    pick("SO-1", actor=None, now=NOW)

    unpick("SO-1", lines=[PickLine(1, 1)], actor=None, now=NOW)

    assert claims() == {PLANNED: 1, PICKED: 3}
    assert StockLevel.objects.get().reserved == 4
    assert picked() == 3


def test_what_is_shipped_without_having_been_picked_is_picked_by_that(order: Order) -> None:
    allocate(make_line(order), 5)
    pick("SO-1", lines=[PickLine(1, 2)], actor=None, now=NOW)

    ship("SO-1", lines=[ShipLine(1, 3)], actor=None, now=NOW)

    assert claims() == {PLANNED: 2}
    assert picked() == 3


def test_an_order_with_picked_units_is_not_cancelled(order: Order) -> None:
    allocate(make_line(order), 2)
    pick("SO-1", actor=None, now=NOW)

    with pytest.raises(Conflict, match="2 units of SO-1 are picked"):
        cancel_order("SO-1", reason="", actor=None, now=NOW)


def test_no_more_is_picked_or_put_back_than_there_is(order: Order) -> None:
    with pytest.raises(Conflict, match="no units allocated and not picked yet"):
        pick("SO-1", actor=None, now=NOW)
    allocate(make_line(order), 2)
    with pytest.raises(Conflict, match="has 2 units allocated and not picked yet, not 3"):
        pick("SO-1", lines=[PickLine(1, 3)], actor=None, now=NOW)
    with pytest.raises(Conflict, match="no units picked"):
        unpick("SO-1", actor=None, now=NOW)
    with pytest.raises(Invalid, match="no open line 2"):
        pick("SO-1", lines=[PickLine(2, 1)], actor=None, now=NOW)

    assert claims() == {PLANNED: 2}
    assert not picked()


def test_units_of_one_line_in_two_warehouses_are_picked_in_both(order: Order) -> None:
    make_stock(make_line(order).product, make_warehouse("NORTH"), on_hand=3)
    allocate(make_line(order), 2)
    allocate(make_line(order), 3, warehouse=make_warehouse("NORTH"))

    pick("SO-1", actor=None, now=NOW)

    assert set(Allocation.objects.values_list("warehouse__code", "state", "qty")) == {
        ("MAIN", PICKED, 2),
        ("NORTH", PICKED, 3),
    }


def test_a_held_order_is_not_picked(order: Order) -> None:
    held = make_order([(make_line(order).product, 1)], held="credit", ref="SO-H")
    allocate(make_line(held), 1, state=PINNED)

    with pytest.raises(Conflict, match="on hold"):
        pick("SO-H", actor=None, now=NOW)
