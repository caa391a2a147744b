"""Stock levels and their ledger. Participants: the verb that calls them owns the transaction and has marked the pools.

Levels are always locked by ascending (product, warehouse); allocations are changed only under the lock of their level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from inventory.models import StockLevel, StockMovement
from kernel.errors import Conflict
from kernel.people import Actor, key_of
from kernel.transactions import require_transaction

MAX_ON_HAND = 1_000_000_000  # well within the column; a ledger that nears it is a typing error

_CHANGE = """
    UPDATE inventory_stocklevel AS level
    SET on_hand = level.on_hand + change.on_hand, reserved = level.reserved + change.reserved
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[])
        AS change (product_id, warehouse_id, on_hand, reserved)
    WHERE level.product_id = change.product_id AND level.warehouse_id = change.warehouse_id
        AND level.reserved + change.reserved BETWEEN 0 AND level.on_hand + change.on_hand
        AND level.on_hand + change.on_hand <= %s
"""


@dataclass(frozen=True, slots=True)
class LevelChange:
    """Signed changes of one level, applied together."""

    product_id: int
    warehouse_id: int
    on_hand: int = 0
    reserved: int = 0

    @property
    def key(self) -> tuple[int, int]:
        return self.product_id, self.warehouse_id


def lock_levels(product_ids: Iterable[int]) -> dict[tuple[int, int], StockLevel]:
    """Lock every level of these products; return them by (product id, warehouse id), as they are now."""
    require_transaction()
    levels = StockLevel.objects.filter(product_id__in=set(product_ids))
    locked = levels.order_by("product_id", "warehouse_id").select_for_update(of=("self",), no_key=True)
    return {(level.product_id, level.warehouse_id): level for level in locked}


def open_levels(keys: Iterable[tuple[int, int]]) -> None:
    """Make the levels that do not exist yet, empty, so that they can be locked and changed."""
    levels = [StockLevel(product_id=product, warehouse_id=warehouse) for product, warehouse in sorted(set(keys))]
    StockLevel.objects.bulk_create(levels, ignore_conflicts=True)


def change_levels(changes: Sequence[LevelChange]) -> None:
    """Apply all changes with one conditional UPDATE, or raise Conflict and leave it to the caller to roll back.

    A change fails when reserved would leave 0..on hand; at most one change per level. The condition is judged on the
    locked row, so two claims on the last unit cannot both pass.
    """
    require_transaction()
    if not changes:
        return
    ordered = sorted(changes, key=lambda change: change.key)
    if len(ordered) > 1:  # one UPDATE of several rows locks them in no particular order
        lock_levels(change.product_id for change in ordered)
    columns = zip(*((c.product_id, c.warehouse_id, c.on_hand, c.reserved) for c in ordered), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE, [*(list(column) for column in columns), MAX_ON_HAND])
        changed = cursor.rowcount
    if changed != len(ordered):
        raise Conflict("Not enough units are on hand. Look at the stock again and repeat with what is there.")


def claim(product_id: int, warehouse_id: int, *, qty: int) -> bool:
    """Reserve ``qty`` units that nobody has a claim on and that are not protected; tell whether there were enough."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_stocklevel SET reserved = reserved + %(qty)s "
            "WHERE product_id = %(product)s AND warehouse_id = %(warehouse)s "
            "AND on_hand - reserved - protected >= %(qty)s",
            {"qty": qty, "product": product_id, "warehouse": warehouse_id},
        )
        return cursor.rowcount == 1


def move(
    product_id: int,
    warehouse_id: int,
    *,
    qty: int,
    kind: str,
    reference: str = "",
    reason: str = "",
    actor: Actor | None,
    now: datetime,
) -> StockMovement:
    """Change stock on hand by ``qty`` (signed) and write it into the ledger; raise Conflict when it is not there."""
    if qty > 0:
        open_levels([(product_id, warehouse_id)])
    change_levels([LevelChange(product_id, warehouse_id, on_hand=qty)])
    return StockMovement.objects.create(
        product_id=product_id,
        warehouse_id=warehouse_id,
        qty=qty,
        kind=kind,
        reference=reference,
        reason=reason,
        actor_id=key_of(actor),
        at=now,
    )
