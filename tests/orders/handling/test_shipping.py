from __future__ import annotations

import pytest

from inventory.models import DirtyMark, Product, StockLevel, StockMovement
from kernel.errors import Conflict, DomainError, Invalid
from notifications.models import Fact
from orders.handling.lifecycle import hold
from orders.handling.shipping import ShipLine, ship
from orders.models import Allocation, AllocationState, Order, OrderPlan, OrderStatus, Shipment
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock, make_warehouse
from tests.factories.orders import allocate, make_line, make_order, make_order_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp() -> Product:
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=20)
    return lamp


def test_shipping_everything_takes_the_units_and_closes_the_order(lamp: Product) -> None:
    order = make_order([(lamp, 8)], ref="SO-1")
    allocate(make_line(order), 8)
    make_order_plan(order)

    shipment = ship("SO-1", actor=None, now=NOW)

    level = StockLevel.objects.get()
    assert (level.on_hand, level.reserved) == (12, 0)
    assert StockMovement.objects.latest("id").qty == -8
    assert list(shipment.lines.values_list("line__position", "qty")) == [(1, 8)]
    assert not Allocation.objects.exists()
    order.refresh_from_db()
    assert (order.status, order.closed_at) == (OrderStatus.SHIPPED, NOW)
    assert not OrderPlan.objects.exists()
    fact = Fact.objects.get()
    assert (fact.kind, fact.subject) == ("orders.shipped", f"order:{order.pk}:shipment:{shipment.pk}")
    assert fact.payload["shipped"] == [{"sku": "LAMP", "name": "Product LAMP", "qty": 8}]
    assert fact.payload["lines"] == []


def test_shipping_a_part_leaves_the_rest_open(lamp: Product) -> None:
    order = make_order([(lamp, 8)], ref="SO-1")
    allocate(make_line(order), 5)

    ship("SO-1", lines=[ShipLine(1, 3)], actor=None, now=NOW)

    line = make_line(order)
    assert (line.shipped_qty, line.open_qty) == (3, 5)
    assert Allocation.objects.get().qty == 2
    assert StockLevel.objects.get().reserved == 2
    order.refresh_from_db()
    assert order.status == OrderStatus.OPEN
    assert DirtyMark.objects.get().cause == "shipped"
    assert Fact.objects.get().payload["lines"][0]["open_qty"] == 5


def test_picked_units_leave_first_and_from_both_warehouses(lamp: Product) -> None:
    north = make_warehouse("NORTH", preference=2)
    make_stock(lamp, north, on_hand=10)
    order = make_order([(lamp, 8)], ref="SO-1")
    allocate(make_line(order), 4)
    allocate(make_line(order), 3, warehouse=north, state=AllocationState.PICKED)

    shipment = ship("SO-1", lines=[ShipLine(1, 5)], actor=None, now=NOW)

    assert set(shipment.lines.values_list("warehouse__code", "qty")) == {("NORTH", 3), ("MAIN", 2)}
    assert list(Allocation.objects.values_list("warehouse__code", "qty")) == [("MAIN", 2)]


def test_an_order_that_ships_complete_does_not_leave_in_parts(lamp: Product) -> None:
    order = make_order([(lamp, 8)], ref="SO-1", ship_policy="complete")
    allocate(make_line(order), 5)

    assert "3 units would stay behind" in refused("SO-1").detail

    allocate(make_line(order), 3, state=AllocationState.PINNED)
    assert ship("SO-1", actor=None, now=NOW)


def test_one_backorder_means_one(lamp: Product) -> None:
    order = make_order([(lamp, 8)], ref="SO-1", ship_policy="one_backorder")
    allocate(make_line(order), 5)

    ship("SO-1", lines=[ShipLine(1, 3)], actor=None, now=NOW)

    assert "one backorder at most" in refused("SO-1").detail


def test_an_order_on_hold_does_not_ship(lamp: Product) -> None:
    order = make_order([(lamp, 8)], ref="SO-1")
    allocate(make_line(order), 8, state=AllocationState.PICKED)
    hold("SO-1", kind="credit", actor=None, now=NOW)

    assert refused("SO-1").detail == "SO-1 is on hold (credit). Release the hold first."


def test_what_is_not_allocated_does_not_ship(lamp: Product) -> None:
    order = make_order([(lamp, 8)], ref="SO-1")

    assert "Nothing of SO-1 is allocated" in refused("SO-1").detail

    allocate(make_line(order), 2)
    assert "has 2 units allocated, not 3" in refused("SO-1", [ShipLine(1, 3)]).detail


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([ShipLine(7, 1)], "lines.0.position"),
        ([ShipLine(1, 0)], "lines.0.qty"),
        ([ShipLine(1, 1), ShipLine(1, 1)], "lines.1.position"),
        ([], "lines"),
    ],
)
def test_wrong_lines_are_named(lamp: Product, lines: list[ShipLine], field: str) -> None:
    order = make_order([(lamp, 8)], ref="SO-1")
    allocate(make_line(order), 5)

    refusal = refused("SO-1", lines)

    assert isinstance(refusal, Invalid)
    assert field in refusal.fields


def test_a_shipped_order_does_not_ship_again(lamp: Product) -> None:
    order: Order = make_order([(lamp, 8)], ref="SO-1")
    allocate(make_line(order), 8)
    ship("SO-1", actor=None, now=NOW)

    with pytest.raises(Conflict, match="SO-1 has been shipped"):
        ship("SO-1", actor=None, now=NOW)

    assert Shipment.objects.count() == 1


def refused(ref: str, lines: list[ShipLine] | None = None) -> DomainError:
    """Return the refusal of a shipment, which changed nothing."""
    before = list(StockLevel.objects.values()), list(Allocation.objects.values("line", "qty"))
    with pytest.raises(DomainError) as refusal:
        ship(ref, lines=lines, actor=None, now=NOW)
    assert (list(StockLevel.objects.values()), list(Allocation.objects.values("line", "qty"))) == before
    return refusal.value
