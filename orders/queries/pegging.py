"""What there is and what comes when of the products that an order waits for, and how much of it is the order's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from orders.queries.order import OrderDetail
from orders.queries.order_lines import Line

MOST_LINES = 25
MOST_ARRIVALS = 6  # of a product
SHORTEST_DAYS = 7
PAST_SHARE = 0.6  # how far back the axis may begin, in terms of how far it reaches

_STOCK = """
    SELECT s.product_id, sum(s.on_hand)::int, sum(s.reserved)::int
    FROM inventory_stocklevel s WHERE s.product_id = ANY(%s::bigint[]) GROUP BY 1
"""
# The next few deliveries of each product, and those that the order is pegged to however late they are.
_COMING = """
    WITH own AS (
        SELECT purchase_order_line_id AS id, line_id, qty FROM orders_peg WHERE line_id = ANY(%(lines)s::bigint[])
    ), coming AS (
        SELECT l.id, l.product_id, l.expected_on, l.outstanding_qty, o.ref, s.name,
            row_number() OVER (PARTITION BY l.product_id ORDER BY l.expected_on, l.id) AS place
        FROM inventory_purchaseorderline l
        JOIN inventory_purchaseorder o ON o.id = l.purchase_order_id AND o.status = 'open'
        JOIN inventory_supplier s ON s.id = o.supplier_id
        WHERE l.product_id = ANY(%(products)s::bigint[]) AND l.outstanding_qty > 0
    )
    SELECT c.product_id, c.expected_on, c.ref, c.name, c.outstanding_qty, own.line_id, COALESCE(own.qty, 0),
        (SELECT COALESCE(sum(p.qty), 0)::int FROM orders_peg p WHERE p.purchase_order_line_id = c.id)
    FROM coming c LEFT JOIN own ON own.id = c.id
    WHERE c.place <= %(most)s OR own.id IS NOT NULL
    ORDER BY c.product_id, c.expected_on, c.id
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Units of a product that are there (``on`` None) or come on a day: for the line, for others, for nobody yet."""

    on: date | None
    source: str
    supplier: str
    own_qty: int
    others_qty: int
    free_qty: int

    @property
    def qty(self) -> int:
        return self.own_qty + self.others_qty + self.free_qty


@dataclass(frozen=True, slots=True)
class PeggedLine:
    """One waiting line over time; it leaves on ``leaves_on`` (p50), surely by ``safe_on`` (p90)."""

    item: Line
    arrivals: tuple[Arrival, ...]
    leaves_on: date | None
    safe_on: date | None
    is_held: bool


@dataclass(frozen=True, slots=True)
class PeggingChart:
    """All lines on one axis of days from ``first`` to ``last``; ``more`` are lines that are not drawn."""

    first: date
    last: date
    today: date
    promised_on: date | None
    rows: tuple[PeggedLine, ...]
    more: int


def pegging_chart(detail: OrderDetail, *, today: date) -> PeggingChart | None:
    """Return the order's open lines over time, those that lack units first; None where nothing is open. Two queries."""
    waiting = sorted(
        (item for item in detail.lines if item.line.open_qty and detail.is_open),
        key=lambda item: (item.on_hand_qty >= item.line.open_qty, item.line.position),
    )
    if not waiting:
        return None
    shown = waiting[:MOST_LINES]
    arrivals = _arrivals(shown)
    rows = tuple(
        PeggedLine(
            item=item,
            arrivals=arrivals[item.line.pk],
            leaves_on=item.plan.eta_p50 if item.plan else None,
            safe_on=item.plan.eta_p90 if item.plan else None,
            is_held=bool(detail.holds),
        )
        for item in shown
    )
    promised_on = detail.promise.promised_on if detail.promise else None
    first, last = _span(rows, promised_on, today)
    return PeggingChart(first, last, today, promised_on, rows, len(waiting) - len(shown))


def _span(rows: Iterable[PeggedLine], promised_on: date | None, today: date) -> tuple[date, date]:
    days = [day for row in rows for day in (row.leaves_on, row.safe_on) if day]
    days += [arrival.on for row in rows for arrival in row.arrivals if arrival.on and arrival.own_qty]
    days += [promised_on] if promised_on else []
    last = max([today + timedelta(days=SHORTEST_DAYS), *days])
    reaches_back = promised_on and promised_on < today and today - promised_on <= (last - today) * PAST_SHARE
    return (promised_on if promised_on and reaches_back else today), last


def _arrivals(items: Sequence[Line]) -> dict[int, tuple[Arrival, ...]]:
    """Return what is there and what comes for each line, by line id."""
    products = {item.line.product_id for item in items}
    stock = _stock(products)
    coming = _coming(products, [item.line.pk for item in items])
    return {item.line.pk: (*_here(item, stock), *_for_line(item, coming)) for item in items}


def _here(item: Line, stock: dict[int, tuple[int, int]]) -> list[Arrival]:
    on_hand, reserved = stock.get(item.line.product_id, (0, 0))
    if not on_hand:
        return []
    own = min(item.on_hand_qty, on_hand)
    others = max(reserved - own, 0)
    places = sorted({supply.source for supply in item.supplies if supply.on is None})
    return [Arrival(None, ", ".join(places) or "On hand", "", own, others, max(on_hand - own - others, 0))]


_Coming = tuple[date, str, str, int, int | None, int, int]


def _for_line(item: Line, coming: dict[int, list[_Coming]]) -> list[Arrival]:
    """Return the product's deliveries once each, with what of them is this line's."""
    found: dict[tuple[date, str], Arrival] = {}
    for on, ref, supplier, outstanding, line_id, qty, pegged in coming.get(item.line.product_id, ()):
        own = qty if line_id == item.line.pk else 0
        known = found.get((on, ref))
        own += known.own_qty if known else 0
        found[on, ref] = Arrival(on, ref, supplier, own, pegged - own, max(outstanding - pegged, 0))
    return list(found.values())


def _stock(product_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_STOCK, [sorted(product_ids)])
        return {product: (on_hand, reserved) for product, on_hand, reserved in cursor.fetchall()}


def _coming(product_ids: Collection[int], line_ids: Collection[int]) -> dict[int, list[_Coming]]:
    found: dict[int, list[_Coming]] = defaultdict(list)
    with connection.cursor() as cursor:
        params: dict[str, Any] = {"products": sorted(product_ids), "lines": list(line_ids), "most": MOST_ARRIVALS}
        cursor.execute(_COMING, params)
        for product, *row in cursor.fetchall():
            found[product].append(tuple(row))
    return found
