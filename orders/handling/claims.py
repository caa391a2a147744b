"""Claims on units on hand, and giving them back. Participants: the caller holds the pools (dirty marks).

Allocations are read and changed only under the lock of their stock levels, so no two verbs count on the same claim.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from inventory.stock import LevelChange, change_levels, lock_levels
from orders.models import Allocation, AllocationState, Order

# A claim that changes its state joins one that the line has there in that state already.
_JOIN = """
    INSERT INTO orders_allocation (line_id, warehouse_id, state, product_id, qty)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::bigint[], %s::int[])
    ON CONFLICT (line_id, warehouse_id, state) DO UPDATE SET qty = orders_allocation.qty + excluded.qty
"""
_SHRINK = """
    WITH taken AS (
        SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[]) AS t (line_id, warehouse_id, state, qty)
    ), gone AS (
        DELETE FROM orders_allocation a USING taken t
        WHERE (a.line_id, a.warehouse_id, a.state, a.qty) = (t.line_id, t.warehouse_id, t.state, t.qty)
    )
    UPDATE orders_allocation a SET qty = a.qty - t.qty FROM taken t
    WHERE (a.line_id, a.warehouse_id, a.state) = (t.line_id, t.warehouse_id, t.state) AND a.qty > t.qty
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """Units taken out of one allocation."""

    line_id: int
    product_id: int
    warehouse_id: int
    state: int
    qty: int


def lock_claims(order: Order, product_ids: Iterable[int]) -> list[Allocation]:
    """Lock the levels of these products and return the order's claims, the firmest (picked, pinned) first."""
    return lock_claims_of([order.pk], product_ids)


def lock_claims_of(order_ids: Collection[int], product_ids: Iterable[int]) -> list[Allocation]:
    """Lock the levels of these products and return the orders' claims with their lines, the firmest first."""
    lock_levels(product_ids)
    claims = Allocation.objects.filter(line__order_id__in=order_ids).select_related("line")
    return list(claims.order_by("-state", "line__order", "line__position", "warehouse__preference", "warehouse_id"))


def take(claims: Iterable[Allocation], wanted: Mapping[int, int]) -> list[Taken]:
    """Divide ``wanted`` units per line id over its claims, in the order given; never more than a claim holds."""
    left = dict(wanted)
    taken = []
    for claim in claims:
        qty = min(claim.qty, left.get(claim.line_id, 0))
        if qty > 0:
            left[claim.line_id] -= qty
            taken.append(Taken(claim.line_id, claim.product_id, claim.warehouse_id, claim.state, qty))
    return taken


def take_all(claims: Iterable[Allocation]) -> list[Taken]:
    """Take everything these claims hold."""
    return [Taken(c.line_id, c.product_id, c.warehouse_id, c.state, c.qty) for c in claims]


def drop(taken: Sequence[Taken]) -> None:
    """Give the units back: smaller or no allocations, less reserved."""
    _shrink(taken)
    change_levels([LevelChange(*key, reserved=-qty) for key, qty in units_by_level(taken).items()])


def consume(taken: Sequence[Taken]) -> None:
    """Let the units leave: smaller or no allocations, and one conditional UPDATE of reserved and on hand."""
    _shrink(taken)
    change_levels([LevelChange(*key, on_hand=-qty, reserved=-qty) for key, qty in units_by_level(taken).items()])


def change_state(taken: Sequence[Taken], state: AllocationState) -> None:
    """Give the units another state; the reserved counters stay, since they are claimed before and after."""
    _shrink(taken)
    units: dict[tuple[int, int, int], int] = defaultdict(int)
    for each in taken:
        units[each.line_id, each.warehouse_id, each.product_id] += each.qty
    rows = [(line, warehouse, int(state), product, qty) for (line, warehouse, product), qty in sorted(units.items())]
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, [list(column) for column in zip(*rows, strict=True)])


def units_by_level(taken: Iterable[Taken]) -> dict[tuple[int, int], int]:
    """Sum the units by (product id, warehouse id)."""
    units: dict[tuple[int, int], int] = defaultdict(int)
    for each in taken:
        units[each.product_id, each.warehouse_id] += each.qty
    return dict(units)


def _shrink(taken: Sequence[Taken]) -> None:
    if not taken:
        return
    columns = zip(*((t.line_id, t.warehouse_id, t.state, t.qty) for t in taken), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_SHRINK, [list(column) for column in columns])
