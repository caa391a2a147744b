"""Small pasts to learn from: days count from a Monday, products and warehouses by small numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from orders.learning.history import (
    NEVER,
    Departures,
    History,
    Levels,
    Moves,
    PastHolds,
    PastLines,
    PastOrders,
    PastProducts,
    Purchases,
    Receipts,
)
from orders.planning.types import Calendar

MONDAY = date(2026, 3, 2).toordinal()
WEEKDAYS = Calendar(weekmask=(True, True, True, True, True, False, False))
PARTIAL, COMPLETE, ONE_BACKORDER = range(3)


@dataclass
class Past:
    """Collects what happened; ``history`` turns it into arrays. Days are counted from MONDAY."""

    days: int = 28
    products: int = 2
    stock_now: dict[int, int] = field(default_factory=dict)
    lead_time_days: int = 5
    orders: list[dict[str, int]] = field(default_factory=list)
    lines: list[dict[str, int]] = field(default_factory=list)
    departures: list[tuple[int, int, int]] = field(default_factory=list)
    moves: list[tuple[int, int, int, bool, bool]] = field(default_factory=list)
    purchases: list[tuple[int, int, int, int]] = field(default_factory=list)
    receipts: list[tuple[int, int, int, int]] = field(default_factory=list)
    holds: list[tuple[int, int, int]] = field(default_factory=list)

    def order(
        self,
        placed: int,
        promised: int,
        *lines: tuple[int, int],
        policy: int = PARTIAL,
        tier: int = 3,
        price: int = 100,
    ) -> list[int]:
        """Add an order of (product, qty) lines; return the lines' places."""
        order = len(self.orders)
        self.orders.append({"placed": placed, "promised": promised, "policy": policy, "tier": tier})
        first = len(self.lines)
        self.lines += [{"order": order, "product": product, "qty": qty, "price": price} for product, qty in lines]
        return list(range(first, len(self.lines)))

    def ship(self, line: int, qty: int, day: int) -> None:
        """Let units of a line leave, from what was there."""
        self.departures.append((line, qty, day))
        self.moves.append((self.lines[line]["product"], -qty, day, True, False))

    def buy(self, product: int, qty: int, ordered: int, expected: int, *came: tuple[int, int]) -> int:
        """Order units for a day, and receive (qty, day) of them; later parts were named for the day they came."""
        place = len(self.purchases)
        self.purchases.append((product, qty, ordered, expected))
        for part, (units, day) in enumerate(came):
            self.receipts.append((place, units, day, expected if part == 0 else day))
            self.moves.append((product, units, day, False, True))
        return place

    def history(self) -> History:
        """Return all of it as arrays, known up to ``days``."""
        orders, lines, count = self.orders, self.lines, len(self.orders)
        levels = sorted(self.stock_now)
        moves = list(zip(*self.moves, strict=True)) or [()] * 5
        return History(
            from_on=MONDAY,
            until_on=MONDAY + self.days,
            orders=PastOrders(
                order_id=_ints(range(100, 100 + count)),
                customer_id=_ints([1] * count),
                placed_at=_ints([each["placed"] * 86_400_000_000 for each in orders]),
                placed_on=_days([each["placed"] for each in orders]),
                closed_on=np.full(count, NEVER),
                promised_on=_days([each["promised"] for each in orders]),
                requested_on=_ints([0] * count),
                ship_policy=_ints([each["policy"] for each in orders]).astype(np.int16),
                is_expedited=np.zeros(count, dtype=np.bool_),
                tier=_ints([each["tier"] for each in orders]),
            ),
            lines=PastLines(
                line_id=_ints(range(1000, 1000 + len(lines))),
                order=_ints([line["order"] for line in lines]),
                product=_ints([line["product"] for line in lines]),
                qty=_ints([line["qty"] for line in lines]),
                cancelled_qty=_ints([0] * len(lines)),
                price_minor=_ints([line["price"] for line in lines]),
                position=_ints(range(len(lines))),
            ),
            departures=Departures(*_columns(self.departures, 3, day=2)),
            moves=Moves(
                product=_ints(moves[0]),
                warehouse_id=_ints([1] * len(self.moves)),
                qty=_ints(moves[1]),
                day=_days(moves[2]),
                is_shipment=np.array(moves[3], dtype=np.bool_),
                is_purchase=np.array(moves[4], dtype=np.bool_),
            ),
            levels=Levels(
                product=_ints(levels),
                warehouse_id=_ints([1] * len(levels)),
                on_hand=_ints([self.stock_now[product] for product in levels]),
                preference=_ints([1] * len(levels)),
            ),
            purchases=self._purchases(),
            receipts=Receipts(*_dated(_columns(self.receipts, 4, day=2), 3)),
            holds=PastHolds(*_dated(_columns(self.holds, 3, day=1), 2)),
            products=PastProducts(
                product_id=_ints(range(10, 10 + self.products)),
                supplier_id=_ints([1] * self.products),
                lead_time_days=_ints([self.lead_time_days] * self.products),
                price_minor=_ints([100] * self.products),
                is_critical=np.zeros(self.products, dtype=np.bool_),
            ),
        )

    def _purchases(self) -> Purchases:
        product, qty, ordered, expected = _columns(self.purchases, 4)
        count = len(self.purchases)
        return Purchases(
            source_id=_ints(range(500, 500 + count)),
            product=product,
            warehouse_id=_ints([1] * count),
            supplier_id=_ints([1] * count),
            qty=qty,
            ordered_on=ordered + MONDAY,
            expected_on=expected + MONDAY,
        )


def _ints(values: Any) -> Any:
    return np.array(list(values), dtype=np.int64)


def _days(values: Sequence[int]) -> Any:
    return _ints(values) + MONDAY


def _columns(rows: Sequence[tuple[int, ...]], width: int, day: int | None = None) -> list[Any]:
    columns = [_ints(row[k] for row in rows) for k in range(width)]
    return columns if day is None else _dated(columns, day)


def _dated(columns: list[Any], place: int) -> list[Any]:
    columns[place] = columns[place] + MONDAY
    return columns
