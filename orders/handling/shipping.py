"""Goods that leave: only units that are allocated, only as the order's ship policy allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from inventory.dirty import mark_dirty
from inventory.models import MovementKind, StockMovement
from kernel.bounds import check_qty
from kernel.errors import Conflict, Invalid
from kernel.people import Actor, key_of
from kernel.transactions import entry_verb
from orders.dialogue.snapshots import customer_payloads
from orders.handling.claims import Taken, consume, lock_claims, take, units_by_level
from orders.handling.editing import close_if_done, lock_open_order, refuse_held, save_order, tell
from orders.handling.picking import record_picks
from orders.handling.terms import check_fills
from orders.models import Allocation, AllocationState, Order, OrderLine, Shipment, ShipmentLine, ShipPolicy


@dataclass(frozen=True, slots=True)
class ShipLine:
    """``qty`` units of the order's line at ``position``."""

    position: int
    qty: int


@entry_verb
def ship(
    ref: str,
    *,
    lines: Sequence[ShipLine] | None = None,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Shipment:
    """Ship allocated units, picked and pinned ones first; without ``lines``, everything allocated.

    Shipping the last open units closes the order. The customer is told by the fact ``orders.shipped``. Locks: the
    order, the pools, the stock levels. Raises Conflict, saying what is missing, when the order is on hold, has too
    little allocated, or its ship policy wants more to leave together.
    """
    order = lock_open_order(ref, version=version)
    refuse_held(order)
    open_lines = {line.position: line for line in order.lines.filter(open_qty__gt=0).select_related("product")}
    products = [line.product_id for line in open_lines.values()]
    mark_dirty(products, cause="shipped", reference=order.ref)
    claims = lock_claims(order, products)
    wanted = _everything(order, claims) if lines is None else _named(order, open_lines, claims, lines)
    check_policy(order, open_lines.values(), wanted)
    check_fills(order, open_lines.values(), wanted)
    taken = take(claims, wanted)
    consume(taken)
    _write_movements(order, taken, actor, now)
    record_picks([each for each in taken if each.state != AllocationState.PICKED], 1, actor, now)
    _add_shipped(wanted)
    shipment = _write_shipment(order, taken, actor, now)
    save_order(order)
    payload = {**customer_payloads([order.pk])[order.pk], "shipped": _shipped(open_lines.values(), wanted)}
    close_if_done(order, now=now)
    subject = f"order:{order.pk}:shipment:{shipment.pk}"
    tell(order, "orders.shipped", actor=actor, now=now, payload=payload, subject=subject)
    return shipment


def _everything(order: Order, claims: Sequence[Allocation]) -> dict[int, int]:
    wanted = _claimed(claims)
    if not wanted:
        raise Conflict(
            f"Nothing of {order.ref} is allocated. Wait for stock, or pin units to it.", code="not_allocated"
        )
    return wanted


def _named(
    order: Order, open_lines: Mapping[int, OrderLine], claims: Sequence[Allocation], lines: Sequence[ShipLine]
) -> dict[int, int]:
    claimed = _claimed(claims)
    wanted: dict[int, int] = {}
    for index, named in enumerate(lines):
        check_qty(named.qty, field=f"lines.{index}.qty")
        line = open_lines.get(named.position)
        if line is None or line.pk in wanted:
            wrong = f"{order.ref} has no open line {named.position}." if line is None else "Name each line once."
            raise Invalid(wrong, fields={f"lines.{index}.position": wrong})
        if named.qty > claimed.get(line.pk, 0):
            raise Conflict(
                f"Line {named.position} of {order.ref} has {claimed.get(line.pk, 0)} units allocated, not {named.qty}. "
                "Ship those, or wait for the rest.",
                code="not_allocated",
            )
        wanted[line.pk] = named.qty
    if not wanted:
        raise Invalid("Name at least one line.", fields={"lines": "Name at least one line."})
    return wanted


def check_policy(order: Order, open_lines: Iterable[OrderLine], wanted: Mapping[int, int]) -> None:
    """Refuse a shipment that its order's ship policy forbids; ``wanted`` are its units by line."""
    missing = sum(line.open_qty - wanted.get(line.pk, 0) for line in open_lines)
    if not missing or order.ship_policy == ShipPolicy.PARTIAL:
        return
    if order.ship_policy == ShipPolicy.COMPLETE:
        raise Conflict(
            f"{order.ref} ships complete, and {missing} units would stay behind. "
            "Wait for them, or cancel them and ship the rest.",
            code="ships_complete",
        )
    if order.shipments.exists():
        raise Conflict(
            f"{order.ref} takes one backorder at most, and {missing} units would stay behind a second time. "
            "Wait for them, or cancel them and ship the rest.",
            code="one_backorder",
        )


def _claimed(claims: Sequence[Allocation]) -> dict[int, int]:
    units: dict[int, int] = defaultdict(int)
    for claim in claims:
        units[claim.line_id] += claim.qty
    return dict(units)


def _write_movements(order: Order, taken: Sequence[Taken], actor: Actor | None, now: datetime) -> None:
    StockMovement.objects.bulk_create(
        StockMovement(
            product_id=product_id,
            warehouse_id=warehouse_id,
            kind=MovementKind.SHIPMENT,
            qty=-qty,
            reference=order.ref,
            actor_id=key_of(actor),
            at=now,
        )
        for (product_id, warehouse_id), qty in sorted(units_by_level(taken).items())
    )


def _add_shipped(units: Mapping[int, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_orderline l SET shipped_qty = l.shipped_qty + s.qty "
            "FROM unnest(%s::bigint[], %s::int[]) AS s (line_id, qty) WHERE l.id = s.line_id",
            [list(units), list(units.values())],
        )


def _write_shipment(order: Order, taken: Sequence[Taken], actor: Actor | None, now: datetime) -> Shipment:
    shipment = Shipment.objects.create(order=order, shipped_at=now, actor_id=key_of(actor))
    units: dict[tuple[int, int], int] = defaultdict(int)
    for each in taken:
        units[each.line_id, each.warehouse_id] += each.qty
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, line_id=line_id, warehouse_id=warehouse_id, qty=qty)
        for (line_id, warehouse_id), qty in units.items()
    )
    return shipment


def _shipped(lines: Iterable[OrderLine], wanted: Mapping[int, int]) -> list[dict[str, Any]]:
    return [
        {"sku": line.product.sku, "name": line.product.name, "qty": wanted[line.pk]}
        for line in lines
        if line.pk in wanted
    ]
