"""Goods that arrive: with a purchase order (and so a record of the supplier), or without one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from inventory.dirty import mark_dirty
from inventory.models import (
    MovementKind,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderStatus,
    Receipt,
    StockMovement,
)
from inventory.purchasing import lock_open_purchase_order
from inventory.queries import product_by_sku, warehouse_by_code
from inventory.stock import LevelChange, change_levels, move, open_levels
from kernel.bounds import FIRST_DAY, check_day, check_qty
from kernel.errors import Conflict, Invalid
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from notifications.outbox import record_fact

Arrival = tuple[PurchaseOrderLine, int]


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """Units that arrived, of the line at ``position`` or, without one, of the order's lines for ``sku``."""

    qty: int
    position: int | None = None
    sku: str = ""


@entry_verb
def receive_stock(
    *, sku: str, warehouse_code: str, qty: int, reference: str = "", actor: Actor | None, now: datetime
) -> StockMovement:
    """Put units on hand that no purchase order announced; return the ledger's entry."""
    check_qty(qty, field="qty")
    reference = clean_text(reference, field="reference", max_length=80)
    product = product_by_sku(sku)
    warehouse = warehouse_by_code(warehouse_code)
    mark_dirty([product.pk], cause="stock_received", reference=reference)
    kind = MovementKind.RECEIPT
    movement = move(product.pk, warehouse.pk, qty=qty, kind=kind, reference=reference, actor=actor, now=now)
    record_fact(
        "inventory.stock_received",
        payload={"sku": product.sku, "warehouse": warehouse.code, "qty": qty, "reference": reference},
        dedupe_key=f"movement:{movement.pk}",
        now=now,
    )
    announce("stock", {"skus": [product.sku]})
    return movement


@entry_verb
def receive_purchase_order(
    ref: str,
    *,
    lines: Sequence[ReceivedLine] | None = None,
    received_on: date | None = None,
    actor: Actor | None,
    now: datetime,
) -> list[Receipt]:
    """Book what arrived of a purchase order; without ``lines``, everything outstanding.

    More than was ordered may arrive. Units named by SKU fill the order's lines in their order, the last one taking
    what is left. Locks: the purchase order, the pools, the stock levels. Raises Conflict when it is closed.
    """
    today = timezone.localdate(now)
    received_on = check_day(received_on or today, field="received_on", first=FIRST_DAY, last=today)
    order = lock_open_purchase_order(ref)
    arrivals = _arrivals(order, lines)
    product_ids = {line.product_id for line, _ in arrivals}
    mark_dirty(product_ids, cause="purchase_order_received", reference=order.ref)
    _add_to_stock(arrivals)
    _add_received(arrivals)
    receipts = _write_receipts(order, arrivals, received_on, actor, now)
    if not order.lines.filter(outstanding_qty__gt=0).exists():
        order.status = PurchaseOrderStatus.RECEIVED
    order.version += 1
    order.save(update_fields=["status", "version"])
    skus = sorted({line.product.sku for line, _ in arrivals})
    record_fact(
        "inventory.purchase_order_received",
        payload={"ref": order.ref, "skus": skus, "qty": sum(qty for _, qty in arrivals)},
        dedupe_key=f"po:{order.pk}:v{order.version}",
        now=now,
    )
    announce("stock", {"skus": skus})
    return receipts


def _arrivals(order: PurchaseOrder, lines: Sequence[ReceivedLine] | None) -> list[Arrival]:
    """Return (line, units) with each line at most once, in the order of their pools."""
    known = list(order.lines.select_related("product").order_by("position"))
    everything = [ReceivedLine(line.outstanding_qty, line.position) for line in known if line.outstanding_qty]
    if lines is None and not everything:
        raise Conflict(f"Nothing of {order.ref} is outstanding. Receive the units without a purchase order instead.")
    units = _units_by_line(order, known, everything if lines is None else lines)
    arrivals = [(line, units[line.pk]) for line in known if units.get(line.pk)]
    return sorted(arrivals, key=lambda arrival: (arrival[0].product_id, arrival[0].warehouse_id, arrival[0].pk))


def _units_by_line(
    order: PurchaseOrder, known: Sequence[PurchaseOrderLine], lines: Sequence[ReceivedLine]
) -> dict[int, int]:
    if not lines:
        raise Invalid("Name at least one line.", fields={"lines": "Name at least one line."})
    units: dict[int, int] = {}
    for index, received in enumerate(lines):
        check_qty(received.qty, field=f"lines.{index}.qty")
        named = [line for line in known if _is_named(line, received)]
        if not named:
            wrong = f"{order.ref} has no such line. Give a position or SKU that is on it."
            raise Invalid(wrong, fields={f"lines.{index}": wrong})
        left = received.qty
        for line in named:
            is_last = line is named[-1]
            taken = left if is_last else min(left, max(0, line.outstanding_qty - units.get(line.pk, 0)))
            units[line.pk] = units.get(line.pk, 0) + taken
            left -= taken
    for line in known:  # several entries may name one line
        check_qty(units.get(line.pk, 0), field="lines", low=0)
    return units


def _is_named(line: PurchaseOrderLine, received: ReceivedLine) -> bool:
    if received.position is not None:
        return line.position == received.position
    return line.product.sku.upper() == received.sku.strip().upper()


def _add_to_stock(arrivals: Sequence[Arrival]) -> None:
    units: dict[tuple[int, int], int] = defaultdict(int)
    for line, qty in arrivals:
        units[line.product_id, line.warehouse_id] += qty
    open_levels(units)
    change_levels([LevelChange(*key, on_hand=qty) for key, qty in units.items()])


def _add_received(arrivals: Sequence[Arrival]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_purchaseorderline l SET received_qty = l.received_qty + r.qty "
            "FROM unnest(%s::bigint[], %s::int[]) AS r (line_id, qty) WHERE l.id = r.line_id",
            [[line.pk for line, _ in arrivals], [qty for _, qty in arrivals]],
        )


def _write_receipts(
    order: PurchaseOrder, arrivals: Sequence[Arrival], received_on: date, actor: Actor | None, now: datetime
) -> list[Receipt]:
    movements = StockMovement.objects.bulk_create(
        StockMovement(
            product_id=line.product_id,
            warehouse_id=line.warehouse_id,
            qty=qty,
            kind=MovementKind.RECEIPT,
            reference=order.ref,
            actor_id=key_of(actor),
            at=now,
        )
        for line, qty in arrivals
    )
    return Receipt.objects.bulk_create(
        Receipt(
            purchase_order_line=line,
            movement=movement,
            qty=qty,
            expected_on=line.expected_on,
            received_on=received_on,
            actor_id=key_of(actor),
        )
        for (line, qty), movement in zip(arrivals, movements, strict=True)
    )
