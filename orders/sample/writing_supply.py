"""Purchase orders, movements and receipts of the replay, into empty tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inventory.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus, Receipt, StockMovement
from orders.sample.copying import copy_rows, text
from orders.sample.world import World
from orders.sample.writing_frame import Written


def write_purchases(written: Written) -> None:
    world, shift = written.world, written.shift
    copy_rows(
        PurchaseOrder,
        ("id", "ref", "supplier_id", "status", "ordered_on", "expected_on", "created_at", "version"),
        (
            (
                *(place + 1, written.purchase_refs[place], order.supplier + 1, _purchase_status(world, order.lines)),
                *(shift.day(order.ordered), shift.day(order.expected), f"{shift.day(order.ordered)} 16:00", 1),
            )
            for place, order in enumerate(world.purchase_orders)
        ),
    )
    positions = [position for order in world.purchase_orders for position in range(1, len(order.lines) + 1)]
    copy_rows(
        PurchaseOrderLine,
        (
            *("id", "purchase_order_id", "position", "product_id", "warehouse_id", "ordered_qty", "received_qty"),
            *("cancelled_qty", "expected_on", "first_expected_on"),
        ),
        (
            (
                *(key, line.purchase_order + 1, position, line.product + 1, line.warehouse + 1, line.ordered),
                *(line.received, 0, shift.day(line.expected)),
                shift.day(world.purchase_orders[line.purchase_order].first_expected),
            )
            for key, (line, position) in enumerate(zip(world.purchase_lines, positions, strict=True), start=1)
        ),
    )


def _purchase_status(world: World, lines: list[int]) -> str:
    done = all(world.purchase_lines[line].received >= world.purchase_lines[line].ordered for line in lines)
    return PurchaseOrderStatus.RECEIVED if done else PurchaseOrderStatus.OPEN


def write_movements(written: Written) -> None:
    world, shift = written.world, written.shift
    references = {"shipment": written.order_refs, "receipt": written.purchase_refs}

    def rows() -> Iterator[tuple[Any, ...]]:
        for key, move in enumerate(world.movements, start=1):
            named = references.get(move.kind)
            reference = named[int(move.reference)] if named else move.reference
            at = shift.time(move.at)
            yield key, move.product + 1, move.warehouse + 1, move.kind, move.qty, reference, text(move.reason), at

    copy_rows(StockMovement, ("id", "product_id", "warehouse_id", "kind", "qty", "reference", "reason", "at"), rows())
    copy_rows(
        Receipt,
        ("purchase_order_line_id", "movement_id", "qty", "expected_on", "received_on"),
        (
            (
                *(move.receipt_of + 1, key, move.qty),
                *(shift.day(move.expected), shift.time(move.at).date()),
            )
            for key, move in enumerate(world.movements, start=1)
            if move.receipt_of >= 0
        ),
    )
