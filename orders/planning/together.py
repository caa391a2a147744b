"""Orders that ship together (complete, one backorder), taken one after another in rank order.

These are the only lines that need a loop: whether such an order may take depends on all its products at once. Lines
of partial orders enter it only as sums (how many units are claimed ahead), which keeps the loop short. Plain lists
instead of arrays, because the loop reads single items. docs/planning.md, section Ship together.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from orders.planning.supply import NOW, Buckets
from orders.planning.types import Bools, Ints

UNCOVERED = -1


@dataclass(frozen=True, slots=True)
class TogetherLines:
    """Lines of orders that ship together, in rank order, an order's lines adjacent.

    ``ahead_qty`` is what better-ranked lines of partial orders want of the same product. ``splits`` marks orders that
    may still send what is on hand first (one backorder, nothing shipped yet).
    """

    order_id: Ints
    product: Ints
    need_qty: Ints
    ahead_qty: Ints
    splits: Bools


@dataclass(frozen=True, slots=True)
class TogetherClaims:
    """What the loop claimed: parallel triples (row of TogetherLines, bucket, qty), and per row two facts.

    ``cover`` is the bucket whose units complete the row's need, UNCOVERED where all supply left does not. ``waits`` is
    False for rows that an order's first shipment covered, so that they do not share the rest's day.
    """

    row: Ints
    bucket: Ints
    qty: Ints
    cover: Ints
    waits: Bools


class _Shelves:
    """Units left in each bucket. ``head[p]`` is the first bucket of product p that may hold any."""

    __slots__ = ("bucket", "day", "end", "free", "head", "inbound", "left", "qty", "row", "settled")

    def __init__(self, buckets: Buckets) -> None:
        self.left: list[int] = buckets.qty.tolist()
        self.day: list[int] = buckets.day.tolist()
        starts: list[int] = buckets.start.tolist()
        self.head, self.end = starts[:-1], starts[1:]
        self.inbound: list[int] = buckets.inbound.tolist()
        running = np.r_[0, np.cumsum(buckets.qty)]
        self.free: list[int] = np.diff(running[buckets.start]).tolist()
        self.settled = [0] * len(self.head)
        self.row: list[int] = []
        self.bucket: list[int] = []
        self.qty: list[int] = []

    def settle(self, product: int, ahead_qty: int) -> None:
        """Let the partial lines ahead take their units: soonest first, as one sum."""
        wanted = ahead_qty - self.settled[product]
        if wanted <= 0:
            return
        self.settled[product] = ahead_qty
        if wanted >= self.free[product]:
            self.free[product] = 0
            self.head[product] = self.end[product]
            return
        self.free[product] -= wanted
        left, at = self.left, self.head[product]
        while wanted >= left[at]:
            wanted -= left[at]
            left[at] = 0
            at += 1
        left[at] -= wanted
        self.head[product] = at

    def draw(self, row: int, product: int, qty: int, end: int) -> int:
        """Claim up to ``qty`` for the row, soonest first, from buckets before ``end``; return what is still wanted."""
        left, at = self.left, self.head[product]
        wanted = qty
        while wanted and at < end:
            units = min(wanted, left[at])
            if units:
                self._claim(row, at, units)
                wanted -= units
            if not left[at]:
                at += 1
        self.head[product] = max(self.head[product], at)
        self.free[product] -= qty - wanted
        return wanted

    def draw_late(self, row: int, product: int, qty: int, day: int) -> None:
        """Claim ``qty`` from the latest buckets that arrive by ``day``, and from stock on hand only what then lacks."""
        first = self.inbound[product]
        at = bisect_right(self.day, day, first, self.end[product]) - 1
        wanted = qty
        while wanted and at >= first:
            units = min(wanted, self.left[at])
            if units:
                self._claim(row, at, units)
                wanted -= units
            at -= 1
        self.free[product] -= qty - wanted
        if wanted:
            self.draw(row, product, wanted, first)

    def cover(self, product: int, target: int) -> int:
        """Return the bucket with which the units left reach ``target``, or UNCOVERED."""
        if target > self.free[product]:
            return UNCOVERED
        left, at = self.left, self.head[product]
        target -= left[at]
        while target > 0:
            at += 1
            target -= left[at]
        return at

    def _claim(self, row: int, bucket: int, units: int) -> None:
        self.left[bucket] -= units
        self.row.append(row)
        self.bucket.append(bucket)
        self.qty.append(units)


def claim_together(lines: TogetherLines, buckets: Buckets) -> TogetherClaims:
    """Give every order its turn, best rank first, and return all claims.

    An order whose needs are all on hand takes them. One that must wait for inbound takes the latest units that still
    arrive by its gate day, leaving sooner ones to others. One that the supply cannot complete takes nothing.
    O(rows × buckets per product).
    """
    shelves = _Shelves(buckets)
    product, need = lines.product.tolist(), lines.need_qty.tolist()
    ahead, splits = lines.ahead_qty.tolist(), lines.splits.tolist()
    covers = [UNCOVERED] * len(need)
    for first, end in _turns(lines.order_id):
        for row in range(first, end):
            shelves.settle(product[row], ahead[row])
        if splits[first]:
            for row in range(first, end):
                need[row] = shelves.draw(row, product[row], need[row], shelves.inbound[product[row]])
        rows = [row for row in range(first, end) if need[row]]
        _claim_rest(shelves, rows, product, need, covers)
    return TogetherClaims(
        row=np.array(shelves.row, dtype=np.int64),
        bucket=np.array(shelves.bucket, dtype=np.int64),
        qty=np.array(shelves.qty, dtype=np.int64),
        cover=np.array(covers, dtype=np.int64),
        waits=np.array(need, dtype=np.int64) > 0,
    )


def _turns(order_id: Ints) -> list[tuple[int, int]]:
    if not len(order_id):
        return []
    starts = np.flatnonzero(np.r_[True, order_id[1:] != order_id[:-1]])
    ends = np.r_[starts[1:], len(order_id)]
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _claim_rest(shelves: _Shelves, rows: list[int], product: list[int], need: list[int], covers: list[int]) -> None:
    """Claim for rows that leave together; all or nothing. Writes each row's cover."""
    wanted: dict[int, int] = {}
    gate, whole = NOW, True
    for row in rows:
        item = product[row]
        # The same product twice in one order: the second line needs its units on top of the first one's.
        wanted[item] = wanted.get(item, 0) + need[row]
        covers[row] = cover = shelves.cover(item, wanted[item])
        if cover == UNCOVERED:
            whole = False
        elif shelves.day[cover] > gate:
            gate = shelves.day[cover]
    if not whole:
        return
    if gate == NOW:
        for row in rows:
            shelves.draw(row, product[row], need[row], shelves.inbound[product[row]])
        return
    # Backwards: of two lines of one product the second waits longer. Going first it gets the latest units, and every
    # line whose cover arrives on the gate day gets at least one unit of that day.
    for row in reversed(rows):
        shelves.draw_late(row, product[row], need[row], gate)
