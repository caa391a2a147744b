"""Orders, lines, holds, shipments and promises of the replay, into empty tables."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from orders.models import (
    EtaRevision,
    EtaRevisionKind,
    Hold,
    Order,
    OrderLine,
    OrderPromise,
    OrderStatus,
    Origin,
    Reason,
    Shipment,
    ShipmentLine,
)
from orders.sample.copying import NULL, copy_rows
from orders.sample.world import RevisionRecord, SimOrder
from orders.sample.writing_frame import Shift, Written, money

HOLD_REASONS = {
    "credit": "Over the credit limit",
    "address": "Carrier cannot find the address",
    "payment": "Card was refused",
    "customer": "Asked us to wait",
    "fraud": "New address and large amount",
}


def write_orders(written: Written) -> None:
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
                money(line.price_minor),
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


def write_shipments(written: Written) -> None:
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


def write_promises(written: Written) -> None:
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
        ("order_id", "kind", "old_on", "new_on", "reason", "origin", "note", "at"),
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
    is_slip = revision.kind == EtaRevisionKind.PLANNED.value and revision.reason == Reason.SUPPLIER_LATE.value
    origin = Origin.SUPPLIER.value if is_slip else ""
    return revision.order + 1, revision.kind, old, shift.day(revision.new), reason, origin, revision.note, at
