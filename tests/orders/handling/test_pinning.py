from __future__ import annotations

import pytest

from inventory.models import StockLevel
from kernel.errors import Conflict, Invalid
from orders.handling.pinning import pin, unpin
from orders.models import Allocation, AllocationState, Order
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock, make_warehouse
from tests.factories.orders import allocate, make_line, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=10, protected=2)
    return make_order([(lamp, 6)], ref="SO-1")


def claims() -> set[tuple[str, int, int]]:
    return set(Allocation.objects.values_list("warehouse__code", "state", "qty"))


def test_free_units_are_pinned(order: Order) -> None:
    pin("SO-1", position=1, warehouse_code="MAIN", qty=4, actor=None, now=NOW)
    pin("SO-1", position=1, warehouse_code="MAIN", qty=1, actor=None, now=NOW)

    assert claims() == {("MAIN", AllocationState.PINNED, 5)}
    assert StockLevel.objects.get().reserved == 5


def test_what_planning_gave_the_line_is_pinned_first(order: Order) -> None:
    allocate(make_line(order), 3)

    pin("SO-1", position=1, warehouse_code="MAIN", qty=4, actor=None, now=NOW)

    assert claims() == {("MAIN", AllocationState.PINNED, 4)}
    assert StockLevel.objects.get().reserved == 4


def test_a_line_never_claims_more_than_it_wants(order: Order) -> None:
    line = make_line(order)
    make_stock(line.product, make_warehouse("NORTH"), on_hand=10)
    allocate(line, 5, warehouse=make_warehouse("NORTH"))

    pin("SO-1", position=1, warehouse_code="MAIN", qty=4, actor=None, now=NOW)

    assert claims() == {("MAIN", AllocationState.PINNED, 4), ("NORTH", AllocationState.PLANNED, 2)}
    with pytest.raises(Conflict, match="Pin at most 2"):
        pin("SO-1", position=1, warehouse_code="MAIN", qty=3, actor=None, now=NOW)


def test_protected_units_and_units_of_others_are_not_pinned(order: Order) -> None:
    other = make_order([(make_line(order).product, 5)])
    allocate(make_line(other), 5)

    with pytest.raises(Conflict, match="Fewer than 4 units are free in MAIN"):
        pin("SO-1", position=1, warehouse_code="MAIN", qty=4, actor=None, now=NOW)

    assert StockLevel.objects.get().reserved == 5


def test_unpinning_gives_units_back(order: Order) -> None:
    pin("SO-1", position=1, warehouse_code="MAIN", qty=4, actor=None, now=NOW)

    unpin("SO-1", position=1, warehouse_code="MAIN", qty=3, actor=None, now=NOW)

    assert claims() == {("MAIN", AllocationState.PINNED, 1)}
    assert StockLevel.objects.get().reserved == 1
    with pytest.raises(Conflict, match="Unpin what is"):
        unpin("SO-1", position=1, warehouse_code="MAIN", qty=2, actor=None, now=NOW)


def test_an_order_on_hold_takes_no_units() -> None:
    lamp = make_product()
    make_stock(lamp, on_hand=10)
    make_order([(lamp, 6)], ref="SO-2", held="credit")

    with pytest.raises(Conflict, match="Release the hold first"):
        pin("SO-2", position=1, warehouse_code="MAIN", qty=1, actor=None, now=NOW)


def test_a_line_or_warehouse_that_is_not_there_is_named(order: Order) -> None:
    with pytest.raises(Invalid):
        pin("SO-1", position=2, warehouse_code="MAIN", qty=1, actor=None, now=NOW)
    with pytest.raises(Invalid):
        pin("SO-1", position=1, warehouse_code="NOPE", qty=1, actor=None, now=NOW)
