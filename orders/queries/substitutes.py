"""What could stand in for units that an order waits for, and is there now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from orders.models import Order

# Free is what nobody has a claim on; units that unplanned changes will claim are not known yet.
_FREE = """
    SELECT s.product_id, sum(GREATEST(s.on_hand - s.reserved - s.protected, 0))::bigint
    FROM inventory_stocklevel s JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
    WHERE s.product_id = ANY(%s::bigint[]) GROUP BY 1
"""
_LACKING = """
    SELECT l.order_id, l.id, l.position, p.sku, l.open_qty - COALESCE(a.qty, 0), r.id, o.id, o.sku, o.name,
        r.units, r.per,
        CASE b.substitutes WHEN 'ask' THEN r.needs_consent ELSE b.substitutes = 'never' END, r.when
    FROM orders_orderline l
    JOIN orders_order b ON b.id = l.order_id
    JOIN inventory_product p ON p.id = l.product_id
    JOIN inventory_substitute r ON r.product_id = l.product_id
    JOIN inventory_product o ON o.id = r.substitute_id AND o.is_active
    LEFT JOIN LATERAL (SELECT sum(qty)::int AS qty FROM orders_allocation a WHERE a.line_id = l.id) a ON true
    WHERE l.order_id = ANY(%s::bigint[]) AND l.open_qty > COALESCE(a.qty, 0)
    ORDER BY l.order_id, l.position, r.place, r.id
"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """``short_qty`` units of a line lack; ``free_qty`` units of ``substitute`` are there, enough for ``covers_qty``."""

    line_id: int
    position: int
    sku: str
    short_qty: int
    rule_id: int
    substitute_id: int
    substitute: str
    name: str
    units: int
    per: int
    needs_consent: bool
    when: str
    free_qty: int

    @property
    def covers_qty(self) -> int:
        """How many of the units that lack the free ones could stand in for."""
        return min(self.short_qty, self.free_qty * self.per // self.units)

    @property
    def substitute_qty(self) -> int:
        """How many units of the substitute that takes."""
        return needed(self.covers_qty, self.units, self.per)


def proposals(order: Order) -> list[Proposal]:
    """Return what could stand in for each line that lacks units on hand, as far as any is free. Two queries."""
    return [proposal for proposal in allowed(order) if proposal.covers_qty > 0]


def allowed(order: Order) -> list[Proposal]:
    """Return all that may stand in for each line that lacks units on hand, whether or not any is free. Two queries."""
    return [proposal for _, proposal in _allowed([order.pk])]


def with_substitutes(order_ids: Sequence[int]) -> set[int]:
    """Return those of the orders for which something could stand in and is free. Two queries."""
    return {order_id for order_id, proposal in _allowed(order_ids) if proposal.covers_qty > 0}


def _allowed(order_ids: Sequence[int]) -> list[tuple[int, Proposal]]:
    with connection.cursor() as cursor:
        cursor.execute(_LACKING, [list(order_ids)])
        rows = cursor.fetchall()
    free = free_units(row[6] for row in rows)
    return [(row[0], Proposal(*(*row[1:], free.get(row[6], 0)))) for row in rows]


def free_units(product_ids: Iterable[int]) -> dict[int, int]:
    """Return the units of each product that nobody has a claim on."""
    wanted = sorted(set(product_ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FREE, [wanted])
        return dict(cursor.fetchall())


def needed(qty: int, units: int, per: int) -> int:
    """Return how many units of a substitute stand in for ``qty`` units, rounded up."""
    return -(-qty * units // per)
