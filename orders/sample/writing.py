"""The replayed world into empty tables: places become keys (place + 1), days of the file days that end yesterday."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from inventory.models import (
    Product,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderStatus,
    Receipt,
    StockLevel,
    StockMovement,
    Supplier,
    SupplierProduct,
    Warehouse,
)
from orders.models import (
    Customer,
    EtaRevision,
    EtaRevisionKind,
    Hold,
    Order,
    OrderLine,
    OrderPromise,
    OrderStatus,
    Shipment,
    ShipmentLine,
)
from orders.sample.copying import NULL, copy_rows, text
from orders.sample.days import WEEK
from orders.sample.world import WAREHOUSES, RevisionRecord, SimOrder, World

FIRST_ORDER_REF = 100_001
FIRST_PURCHASE_REF = 100_001
COST_SHARE = 0.55
HOLD_REASONS = {
    "credit": "Over the credit limit",
    "address": "Carrier cannot find the address",
    "payment": "Card was refused",
    "customer": "Asked us to wait",
    "fraud": "New address and large amount",
}


@dataclass(frozen=True, slots=True)
class Shift:
    """From days of the file to days of the sample."""

    weeks: int

    def day(self, day: int) -> date:
        return date.fromordinal(day + self.weeks * WEEK)

    def time(self, at: datetime) -> datetime:
        return at + timedelta(weeks=self.weeks)


@dataclass(frozen=True, slots=True)
class Written:
    """What the writing steps share. ``today`` is the day after the last one, as an ordinal of the file."""

    world: World
    shift: Shift
    today: int
    user_id: int
    order_refs: list[str]
    purchase_refs: list[str]


def write_world(world: World, *, weeks: int, last_day: date, user_id: int, zone: str) -> None:
    """Write everything but the plan into empty tables. Needs a transaction; wall-clock times are read in ``zone``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
    written = Written(
        world=world,
        shift=Shift(weeks),
        today=last_day.toordinal() + 1,
        user_id=user_id,
        order_refs=[f"SO-{FIRST_ORDER_REF + place}" for place in range(len(world.orders))],
        purchase_refs=[f"PO-{FIRST_PURCHASE_REF + place}" for place in range(len(world.purchase_orders))],
    )
    _write_catalogue(written)
    _write_orders(written)
    _write_purchases(written)
    _write_movements(written)
    _write_shipments(written)
    _write_promises(written)
    _move_sequences(written)


def _write_catalogue(written: Written) -> None:
    world = written.world
    opened = written.shift.time(world.orders[0].at - timedelta(days=30)) if world.orders else datetime.now()
    copy_rows(
        Product,
        ("id", "sku", "name", "category", "unit_price", "is_critical", "is_active"),
        (
            (key, text(item.sku), text(item.name), item.category, _money(item.price_minor), False, True)
            for key, item in enumerate(world.products, start=1)
        ),
    )
    copy_rows(
        Warehouse,
        ("id", "code", "name", "preference", "is_active"),
        ((key, code, name, key, True) for key, (code, name) in enumerate(WAREHOUSES, start=1)),
    )
    copy_rows(
        Supplier,
        ("id", "code", "name", "email", "is_active", "delay_p50_days", "delay_p90_days"),
        (
            (key, item.code, text(item.name), item.email, True, 0, 2)
            for key, item in enumerate(world.suppliers, start=1)
        ),
    )
    copy_rows(
        SupplierProduct,
        ("supplier_id", "product_id", "lead_time_days", "min_order_qty", "unit_cost", "is_preferred"),
        (
            (
                supplier + 1,
                key,
                world.suppliers[supplier].lead_time_days,
                12,
                _money(item.price_minor * COST_SHARE),
                True,
            )
            for key, (supplier, item) in enumerate(zip(world.supplier_of, world.products, strict=True), start=1)
        ),
    )
    copy_rows(
        Customer,
        (
            *("id", "code", "name", "contact_name", "email", "phone", "tier", "country", "zone", "language"),
            *("wants_email", "created_at"),
        ),
        (
            (
                key,
                c.code,
                text(c.name),
                c.contact_name,
                c.email,
                "",
                c.tier,
                c.country,
                c.zone,
                c.language,
                True,
                opened,
            )
            for key, c in enumerate(world.customers, start=1)
        ),
    )
    levels = [
        (product + 1, warehouse + 1, qty, 0, 0)
        for product, stock in enumerate(world.stock)
        for warehouse, qty in enumerate(stock)
        if warehouse == 0 or qty or world.has_second_warehouse[product]
    ]
    copy_rows(StockLevel, ("product_id", "warehouse_id", "on_hand", "reserved", "protected"), levels)


def _write_orders(written: Written) -> None:
    world = written.world
    copy_rows(
        Order,
        (
            *(
                "id",
                "ref",
                "channel",
                "external_id",
                "customer_id",
                "status",
                "placed_at",
                "requested_on",
                "ship_policy",
            ),
            *("ship_to", "is_expedited", "eta_by_hand_on", "eta_by_hand_reason", "intake_digest", "version"),
            "closed_at",
        ),
        (_order_row(written, place, order) for place, order in enumerate(world.orders)),
    )
    copy_rows(
        OrderLine,
        ("id", "order_id", "position", "product_id", "ordered_qty", "shipped_qty", "cancelled_qty", "unit_price"),
        (
            (
                *(key, line.order + 1, line.position, line.product + 1, line.ordered, line.shipped, line.cancelled),
                _money(line.price_minor),
            )
            for key, line in enumerate(world.lines, start=1)
        ),
    )
    copy_rows(
        Hold,
        ("order_id", "kind", "reason", "placed_at", "placed_by_id", "released_at", "released_by_id"),
        (
            _hold_row(written, place, order)
            for place, order in enumerate(world.orders)
            if order.hold_kind is not None and not (order.closed_at and order.closed_at < _held_at(order))
        ),
    )


def _order_row(written: Written, place: int, order: SimOrder) -> tuple[Any, ...]:
    shift, customer = written.shift, written.world.customers[order.customer]
    shipped = any(written.world.lines[line].shipped for line in order.lines)
    status = OrderStatus.OPEN if order.open_lines else OrderStatus.SHIPPED if shipped else OrderStatus.CANCELLED
    return (
        *(place + 1, written.order_refs[place], customer.channel, order.invoice, order.customer + 1, status),
        *(shift.time(order.at), shift.day(order.requested) if order.requested else NULL, order.policy),
        *(customer.country, False, NULL, "", "", 1),
        shift.time(order.closed_at) if order.closed_at else NULL,
    )


def _held_at(order: SimOrder) -> datetime:
    return order.at + timedelta(minutes=5)


def _hold_row(written: Written, place: int, order: SimOrder) -> tuple[Any, ...]:
    """Return the order's hold, still active where its last day has not come and the order is open."""
    kind = str(order.hold_kind)
    row = (place + 1, kind, HOLD_REASONS[kind], written.shift.time(_held_at(order)), written.user_id)
    if order.held_until >= written.today and not order.closed_at:
        return (*row, NULL, NULL)
    morning = datetime.combine(date.fromordinal(order.held_until), datetime.min.time()) + timedelta(hours=9)
    released = min(morning, order.closed_at) if order.closed_at else morning
    return (*row, written.shift.time(max(released, _held_at(order))), written.user_id)


def _write_purchases(written: Written) -> None:
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
                *(line.received, 0, shift.day(world.purchase_orders[line.purchase_order].expected)),
                shift.day(world.purchase_orders[line.purchase_order].first_expected),
            )
            for key, (line, position) in enumerate(zip(world.purchase_lines, positions, strict=True), start=1)
        ),
    )


def _purchase_status(world: World, lines: list[int]) -> str:
    done = all(world.purchase_lines[line].received >= world.purchase_lines[line].ordered for line in lines)
    return PurchaseOrderStatus.RECEIVED if done else PurchaseOrderStatus.OPEN


def _write_movements(written: Written) -> None:
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
                # The day first named, not the last: a supplier that moved its date was late all the same.
                shift.day(world.purchase_orders[world.purchase_lines[move.receipt_of].purchase_order].first_expected),
                shift.time(move.at).date(),
            )
            for key, move in enumerate(world.movements, start=1)
            if move.receipt_of >= 0
        ),
    )


def _write_shipments(written: Written) -> None:
    world, shift = written.world, written.shift
    copy_rows(
        Shipment,
        ("id", "order_id", "shipped_at"),
        ((key, parcel.order + 1, shift.time(parcel.at)) for key, parcel in enumerate(world.shipments, start=1)),
    )
    copy_rows(
        ShipmentLine,
        ("shipment_id", "line_id", "warehouse_id", "qty"),
        (
            (key, line + 1, warehouse + 1, qty)
            for key, parcel in enumerate(world.shipments, start=1)
            for line, warehouse, qty in parcel.lines
        ),
    )


def _write_promises(written: Written) -> None:
    world, shift = written.world, written.shift
    told_at = {
        revision.order: revision.at for revision in world.revisions if revision.kind == EtaRevisionKind.TOLD.value
    }
    copy_rows(
        OrderPromise,
        ("order_id", "promised_on", "announced_on", "announced_kind", "told_on", "told_kind", "told_at"),
        (
            _promise_row(place, order, shift, told_at.get(place, order.at + timedelta(minutes=1)))
            for place, order in enumerate(world.orders)
        ),
    )
    copy_rows(
        EtaRevision,
        ("order_id", "kind", "old_on", "new_on", "reason", "note", "at"),
        (_revision_row(revision, shift) for revision in world.revisions),
    )


def _promise_row(place: int, order: SimOrder, shift: Shift, told_at: datetime) -> tuple[Any, ...]:
    told = shift.day(order.told)
    kind = "orders.eta_slipped" if order.told > order.promised else ""
    return place + 1, shift.day(order.promised), told, kind, told, kind, shift.time(told_at)


def _revision_row(revision: RevisionRecord, shift: Shift) -> tuple[Any, ...]:
    old = shift.day(revision.old) if revision.old else NULL
    reason = revision.reason if revision.reason >= 0 else NULL
    at = shift.time(revision.at)
    return revision.order + 1, revision.kind, old, shift.day(revision.new), reason, revision.note, at


def _move_sequences(written: Written) -> None:
    """Let new orders and purchase orders go on after the sample's numbers."""
    counters = (
        ("orders_ref_seq", FIRST_ORDER_REF, written.order_refs),
        ("inventory_po_ref_seq", FIRST_PURCHASE_REF, written.purchase_refs),
    )
    with connection.cursor() as cursor:
        for sequence, first, refs in counters:
            cursor.execute("SELECT setval(%s, %s, false)", [sequence, first + len(refs)])


def _money(minor: float) -> str:
    return f"{minor / 100:.2f}"
