from __future__ import annotations

from datetime import timedelta

import pytest

from inventory.models import DirtyMark, MovementKind, Product, StockLevel, StockMovement
from kernel.errors import Conflict, Invalid
from orders.models import Allocation, AllocationState, LinePlan, Order, Outcome, Reason
from orders.stock_corrections import adjust_stock, count_stock, transfer_stock
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock, make_warehouse
from tests.factories.orders import allocate, make_line, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp() -> Product:
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=10)
    return lamp


def waiting(lamp: Product, ref: str, *, score: float, qty: int = 4, state: int = AllocationState.PLANNED) -> Order:
    """Make an order whose line planning scored, with ``qty`` units allocated."""
    order = make_order([(lamp, qty)], ref=ref)
    line = make_line(order)
    LinePlan.objects.create(
        line=line,
        order=order,
        product=lamp,
        score=score,
        points=[score],
        outcome=Outcome.PLANNED,
        reason=Reason.READY,
        allocated_qty=qty,
        pegged_qty=0,
        policy_id=0,
    )
    allocate(line, qty, state=state)
    return order


def allocated() -> dict[str, int]:
    return dict(Allocation.objects.values_list("line__order__ref", "qty"))


def test_units_found_are_added_with_a_reason(lamp: Product) -> None:
    movement = adjust_stock(sku="lamp", warehouse_code="MAIN", qty_delta=5, reason="found", actor=None, now=NOW)

    assert (movement.kind, movement.qty, movement.reason) == (MovementKind.ADJUSTMENT, 5, "found")
    assert StockLevel.objects.get().on_hand == 15
    assert DirtyMark.objects.get().product == lamp


def test_units_that_go_are_taken_from_the_worst_ranked(lamp: Product) -> None:
    waiting(lamp, "SO-BEST", score=9)
    waiting(lamp, "SO-WORST", score=1)

    adjust_stock(sku="LAMP", warehouse_code="MAIN", qty_delta=-5, reason="broken", actor=None, now=NOW)

    assert allocated() == {"SO-BEST": 4, "SO-WORST": 1}
    level = StockLevel.objects.get()
    assert (level.on_hand, level.reserved) == (5, 5)


def test_of_equal_scores_the_younger_order_loses(lamp: Product) -> None:
    older = waiting(lamp, "SO-OLD", score=1)
    waiting(lamp, "SO-NEW", score=1)
    Order.objects.filter(pk=older.pk).update(placed_at=NOW - timedelta(days=9))

    adjust_stock(sku="LAMP", warehouse_code="MAIN", qty_delta=-6, reason="broken", actor=None, now=NOW)

    assert allocated() == {"SO-OLD": 4}


def test_units_that_are_picked_or_pinned_cannot_go(lamp: Product) -> None:
    waiting(lamp, "SO-1", score=1, qty=8, state=AllocationState.PINNED)

    with pytest.raises(Conflict, match="picked or pinned"):
        adjust_stock(sku="LAMP", warehouse_code="MAIN", qty_delta=-3, reason="broken", actor=None, now=NOW)

    assert StockLevel.objects.get().on_hand == 10


def test_more_than_is_there_cannot_go(lamp: Product) -> None:
    with pytest.raises(Conflict, match="Only 10 units of LAMP are on hand in MAIN"):
        adjust_stock(sku="LAMP", warehouse_code="MAIN", qty_delta=-11, reason="broken", actor=None, now=NOW)

    assert StockMovement.objects.count() == 1


def test_a_count_sets_what_is_on_hand(lamp: Product) -> None:
    waiting(lamp, "SO-1", score=1)

    movement = count_stock(sku="LAMP", warehouse_code="MAIN", counted=3, actor=None, now=NOW)

    assert movement
    assert (movement.kind, movement.qty) == (MovementKind.COUNT, -7)
    assert allocated() == {"SO-1": 3}


def test_a_count_that_agrees_writes_nothing_into_the_ledger(lamp: Product) -> None:
    assert count_stock(sku="LAMP", warehouse_code="MAIN", counted=10, actor=None, now=NOW) is None
    assert StockMovement.objects.count() == 1


def test_a_transfer_is_two_movements_that_cancel_out(lamp: Product) -> None:
    make_warehouse("NORTH")

    left, arrived = transfer_stock(sku="LAMP", from_code="MAIN", to_code="NORTH", qty=4, actor=None, now=NOW)

    assert (left.qty, arrived.qty) == (-4, 4)
    assert dict(StockLevel.objects.values_list("warehouse__code", "on_hand")) == {"MAIN": 6, "NORTH": 4}


def test_a_transfer_drops_claims_that_the_units_left(lamp: Product) -> None:
    make_warehouse("NORTH")
    waiting(lamp, "SO-1", score=1)

    transfer_stock(sku="LAMP", from_code="MAIN", to_code="NORTH", qty=9, actor=None, now=NOW)

    assert allocated() == {"SO-1": 1}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (
            lambda: adjust_stock(sku="LAMP", warehouse_code="MAIN", qty_delta=0, reason="x", actor=None, now=NOW),
            "qty_delta",
        ),
        (
            lambda: adjust_stock(sku="LAMP", warehouse_code="MAIN", qty_delta=1, reason="", actor=None, now=NOW),
            "reason",
        ),
        (lambda: adjust_stock(sku="NOPE", warehouse_code="MAIN", qty_delta=1, reason="x", actor=None, now=NOW), "sku"),
        (lambda: count_stock(sku="LAMP", warehouse_code="MAIN", counted=-1, actor=None, now=NOW), "counted"),
        (lambda: transfer_stock(sku="LAMP", from_code="MAIN", to_code="MAIN", qty=1, actor=None, now=NOW), "to"),
        (lambda: transfer_stock(sku="LAMP", from_code="MAIN", to_code="NOPE", qty=1, actor=None, now=NOW), "to"),
    ],
)
def test_wrong_input_is_named_and_changes_nothing(lamp: Product, change, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        change()

    assert field in refusal.value.fields
    assert StockMovement.objects.count() == 1
    assert not DirtyMark.objects.exists()
