"""What a warehouse can take off its shelves now, the best rank first, and what it has picked and not sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from inventory.models import Warehouse
from orders.models import AllocationState, Reason

WALKED = 5_000  # orders with stock that are looked at, the best rank first
MOST_ORDERS = 100

# Units of lines that wait for something else than stock stay on the shelf.
_STAYS = [Reason.ON_HOLD, Reason.SHIP_COMPLETE, Reason.CAPACITY, Reason.FILL_THRESHOLD, Reason.SPLIT_LIMIT]
_PICKS = """
    WITH ranked AS (
        SELECT p.order_id, row_number() OVER () AS place FROM (
            SELECT order_id FROM orders_orderplan p
            WHERE p.short_units < p.open_units
                AND NOT EXISTS (SELECT FROM orders_hold h WHERE h.order_id = p.order_id AND h.released_at IS NULL)
            ORDER BY p.stage, p.score DESC, p.placed_at, p.order_id LIMIT %(walked)s
        ) p
    ), units AS (
        SELECT r.place, l.id AS line_id, l.order_id, l.product_id, l.position, a.state > %(pinned)s AS is_picked,
            sum(a.qty) AS qty
        FROM ranked r
        JOIN orders_orderline l ON l.order_id = r.order_id AND l.open_qty > 0
        JOIN orders_allocation a ON a.line_id = l.id AND a.warehouse_id = %(warehouse)s
        JOIN orders_lineplan plan ON plan.line_id = l.id
        WHERE a.state > %(planned)s OR plan.reason <> ALL(%(stays)s::int[])
        GROUP BY 1, 2, 3, 4, 5, 6
    ), orders AS (SELECT DISTINCT place FROM units ORDER BY place LIMIT %(most)s)
    SELECT o.ref, c.name, u.position, p.sku, p.name, u.qty::int, u.is_picked, o.is_expedited,
        (SELECT count(*) FROM (SELECT DISTINCT place FROM units) counted)
    FROM units u
    JOIN orders USING (place)
    JOIN orders_order o ON o.id = u.order_id
    JOIN orders_customer c ON c.id = o.customer_id
    JOIN inventory_product p ON p.id = u.product_id
    ORDER BY u.place, u.position, u.is_picked
"""


@dataclass(frozen=True, slots=True)
class Pick:
    """Units of one line in the warehouse; ``is_picked``: off the shelf, to be sent."""

    position: int
    sku: str
    name: str
    qty: int
    is_picked: bool


@dataclass(frozen=True, slots=True)
class OrderPicks:
    """What one order has in the warehouse."""

    ref: str
    customer: str
    is_expedited: bool
    picks: tuple[Pick, ...]

    @property
    def units(self) -> int:
        return sum(pick.qty for pick in self.picks)


@dataclass(frozen=True, slots=True)
class ProductPicks:
    """What all the orders of a list need of one product, picked units left out."""

    sku: str
    name: str
    qty: int
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PickList:
    """The orders of a list by rank, of ``total`` that have something here."""

    warehouse: Warehouse
    orders: tuple[OrderPicks, ...]
    total: int

    @property
    def to_pick(self) -> int:
        return sum(pick.qty for order in self.orders for pick in order.picks if not pick.is_picked)

    @property
    def picked(self) -> int:
        return sum(pick.qty for order in self.orders for pick in order.picks if pick.is_picked)

    @property
    def products(self) -> list[ProductPicks]:
        """The list by product, for one walk along the shelves."""
        return list(_by_product(self.orders))


def pick_list(warehouse: Warehouse, *, most: int = MOST_ORDERS) -> PickList:
    """Return the first ``most`` orders by rank that have units to pick or to send here. One query.

    Of a large backlog, the first 5,000 orders that have any stock are looked at.
    """
    params: dict[str, Any] = {
        "walked": WALKED,
        "most": most,
        "warehouse": warehouse.pk,
        "planned": AllocationState.PLANNED,
        "pinned": AllocationState.PINNED,
        "stays": [int(reason) for reason in _STAYS],
    }
    with connection.cursor() as cursor:
        cursor.execute(_PICKS, params)
        rows = cursor.fetchall()
    found: dict[str, list[Pick]] = defaultdict(list)
    about: dict[str, tuple[str, bool]] = {}
    for ref, customer, position, sku, name, qty, is_picked, is_expedited, _ in rows:
        found[ref].append(Pick(position, sku, name, qty, is_picked))
        about[ref] = (customer, is_expedited)
    orders = tuple(OrderPicks(ref, *about[ref], tuple(picks)) for ref, picks in found.items())
    return PickList(warehouse, orders, rows[0][-1] if rows else 0)


def _by_product(orders: Iterable[OrderPicks]) -> Iterable[ProductPicks]:
    qty: dict[tuple[str, str], int] = defaultdict(int)
    refs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for order in orders:
        for pick in order.picks:
            if not pick.is_picked:
                qty[pick.sku, pick.name] += pick.qty
                refs[pick.sku, pick.name].append(order.ref)
    for sku, name in sorted(qty):
        yield ProductPicks(sku, name, qty[sku, name], tuple(dict.fromkeys(refs[sku, name])))
