"""Stock that turns out to be different: adjusted, counted, moved to another warehouse.

It lives in orders because units that go away may be promised: then the worst-ranked claims on them are dropped in the
same transaction, before the units go. Locks: the pools, then the stock levels by (product, warehouse).
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from inventory.dirty import mark_dirty
from inventory.models import MovementKind, Product, StockLevel, StockMovement, Warehouse
from inventory.queries import product_by_sku, warehouse_by_code
from inventory.stock import MAX_ON_HAND, lock_levels, move, open_levels
from kernel.bounds import MAX_QTY, check_qty
from kernel.errors import Conflict, Invalid
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from notifications.outbox import record_fact
from orders.handling.claims import Taken, drop
from orders.models import Allocation, AllocationState


@entry_verb
def adjust_stock(
    *, sku: str, warehouse_code: str, qty_delta: int, reason: str, actor: Actor | None, now: datetime
) -> StockMovement:
    """Add units that were found, or take away (negative) units that are gone; return the ledger's entry."""
    check_qty(qty_delta, field="qty_delta", low=-MAX_QTY)
    if qty_delta == 0:
        raise Invalid("Give a difference other than 0.", fields={"qty_delta": "Give a difference other than 0."})
    reason = _reason(reason)
    product, warehouse = product_by_sku(sku), warehouse_by_code(warehouse_code)
    mark_dirty([product.pk], cause="stock_adjusted")
    _lock_level(product, warehouse)
    return _correct(product, warehouse, qty_delta, MovementKind.ADJUSTMENT, reason, actor, now)


@entry_verb
def count_stock(
    *, sku: str, warehouse_code: str, counted: int, reason: str = "", actor: Actor | None, now: datetime
) -> StockMovement | None:
    """Set stock on hand to what was counted; return the ledger's entry, or None when the count agrees."""
    check_qty(counted, field="counted", low=0, high=MAX_ON_HAND)
    reason = clean_text(reason, field="reason", max_length=200)
    product, warehouse = product_by_sku(sku), warehouse_by_code(warehouse_code)
    mark_dirty([product.pk], cause="stock_counted")
    difference = counted - _lock_level(product, warehouse).on_hand
    if difference == 0:
        return None
    return _correct(product, warehouse, difference, MovementKind.COUNT, reason, actor, now)


@entry_verb
def transfer_stock(
    *, sku: str, from_code: str, to_code: str, qty: int, reference: str = "", actor: Actor | None, now: datetime
) -> tuple[StockMovement, StockMovement]:
    """Move units between warehouses at once; return both ledger entries (what left, what arrived)."""
    check_qty(qty, field="qty")
    reference = clean_text(reference, field="reference", max_length=80)
    product = product_by_sku(sku)
    origin = warehouse_by_code(from_code, field="from")
    target = warehouse_by_code(to_code, field="to")
    if origin == target:
        raise Invalid("Choose two different warehouses.", fields={"to": "Choose another warehouse."})
    mark_dirty([product.pk], cause="stock_transferred", reference=reference)
    open_levels([(product.pk, origin.pk), (product.pk, target.pk)])
    _make_free(product, origin, qty, lock_levels([product.pk])[product.pk, origin.pk])
    kind = MovementKind.TRANSFER
    left = move(product.pk, origin.pk, qty=-qty, kind=kind, reference=reference, actor=actor, now=now)
    arrived = move(product.pk, target.pk, qty=qty, kind=kind, reference=reference, actor=actor, now=now)
    _tell(product, arrived, actor, now)
    return left, arrived


def _reason(reason: str) -> str:
    clean = clean_text(reason, field="reason", max_length=200)
    if not clean:
        raise Invalid("Say why the stock differs.", fields={"reason": "Say why the stock differs."})
    return clean


def _lock_level(product: Product, warehouse: Warehouse) -> StockLevel:
    open_levels([(product.pk, warehouse.pk)])
    return lock_levels([product.pk])[product.pk, warehouse.pk]


def _correct(
    product: Product,
    warehouse: Warehouse,
    difference: int,
    kind: MovementKind,
    reason: str,
    actor: Actor | None,
    now: datetime,
) -> StockMovement:
    """Change the level, which the caller has locked, and write the ledger."""
    if difference < 0:
        _make_free(product, warehouse, -difference, StockLevel.objects.get(product=product, warehouse=warehouse))
    movement = move(product.pk, warehouse.pk, qty=difference, kind=kind, reason=reason, actor=actor, now=now)
    _tell(product, movement, actor, now)
    return movement


def _make_free(product: Product, warehouse: Warehouse, qty: int, level: StockLevel) -> None:
    """Drop as many claims on the locked level as taking ``qty`` units away needs, the worst-ranked first."""
    if qty > level.on_hand:
        raise Conflict(
            f"Only {level.on_hand} units of {product.sku} are on hand in {warehouse.code}, {qty} cannot go. "
            "Take away at most that many, or count the shelf.",
            code="not_on_hand",
        )
    missing = level.reserved - (level.on_hand - qty)
    if missing <= 0:
        return
    taken = _worst_claims(product, warehouse, missing)
    if sum(each.qty for each in taken) < missing:
        raise Conflict(
            f"Units of {product.sku} in {warehouse.code} are picked or pinned for orders, so {qty} cannot go. "
            "Unpin them or have them put back first.",
            code="frozen",
        )
    drop(taken)


def _worst_claims(product: Product, warehouse: Warehouse, qty: int) -> list[Taken]:
    planned = Allocation.objects.filter(product=product, warehouse=warehouse, state=AllocationState.PLANNED)
    worst_first = planned.order_by(
        F("line__plan__stage").desc(nulls_first=True),
        F("line__plan__score").asc(nulls_first=True),
        "-line__order__placed_at",
        "-line__order_id",
        "-line_id",
    )
    taken: list[Taken] = []
    left = qty
    for claim in worst_first[:qty]:  # each holds a unit at least
        taken.append(Taken(claim.line_id, product.pk, warehouse.pk, claim.state, min(claim.qty, left)))
        left -= taken[-1].qty
        if left == 0:
            break
    return taken


def _tell(product: Product, movement: StockMovement, actor: Actor | None, now: datetime) -> None:
    record_fact(
        "inventory.stock_corrected",
        payload={"sku": product.sku, "kind": movement.kind, "qty": movement.qty, "actor": key_of(actor)},
        dedupe_key=f"movement:{movement.pk}",
        now=now,
    )
    announce("stock", {"skus": [product.sku]})
