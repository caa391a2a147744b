"""Units left in each bucket while orders take their turns one after another.

Plain lists instead of arrays, because turns read and change single items.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from orders.planning.runs import summed_up
from orders.planning.supply import NOW, Buckets

UNCOVERED = -1


class Shelves:
    """What is left of every bucket, and the claims made so far.

    ``head[p]`` is the first bucket of product p that may hold any, ``inbound[p]`` its first that is not on hand and
    ``end[p]`` where it ends. ``row``, ``bucket`` and ``qty`` are the claims.
    """

    __slots__ = (
        "bucket",
        "day",
        "day_p90",
        "end",
        "free",
        "head",
        "inbound",
        "left",
        "qty",
        "row",
        "settled",
        "warehouse",
    )

    def __init__(self, buckets: Buckets) -> None:
        self.left: list[int] = buckets.qty.tolist()
        self.day: list[int] = buckets.day.tolist()
        self.day_p90: list[int] = buckets.day_p90.tolist()
        self.warehouse: list[int] = buckets.warehouse_id.tolist()
        starts: list[int] = buckets.start.tolist()
        self.head, self.end = starts[:-1], starts[1:]
        self.inbound: list[int] = buckets.inbound.tolist()
        self.free: list[int] = np.diff(summed_up(buckets.qty)[buckets.start]).tolist()
        self.settled = [0] * len(self.head)
        self.row: list[int] = []
        self.bucket: list[int] = []
        self.qty: list[int] = []

    def settle(self, product: int, ahead_qty: int) -> None:
        """Let the partial lines ahead take soonest units first, as one sum, and what they lack once it is there."""
        wanted = min(ahead_qty - self.settled[product], self.free[product])
        if wanted <= 0:
            return
        self.settled[product] += wanted
        self.free[product] -= wanted
        left, at = self.left, self.head[product]
        while wanted and wanted >= left[at]:
            wanted -= left[at]
            left[at] = 0
            at += 1
        if wanted:
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

    def draw_on_hand(self, row: int, product: int, qty: int, preferred: Sequence[int] = ()) -> int:
        """Claim up to ``qty`` from stock on hand, from ``preferred`` warehouses first; return what is still wanted."""
        if not preferred:
            return self.draw(row, product, qty, self.inbound[product])
        places = {warehouse: place for place, warehouse in enumerate(preferred)}
        buckets = sorted(self.on_hand(product), key=lambda at: (places.get(self.warehouse[at], len(places)), at))
        return self._draw_from(row, product, qty, buckets)

    def draw_inbound(self, row: int, product: int, qty: int) -> int:
        """Claim up to ``qty`` of what is coming, soonest first; return what is still wanted."""
        return self._draw_from(row, product, qty, self.coming(product))

    def draw_late(self, row: int, product: int, qty: int, day: int, preferred: Sequence[int] = ()) -> None:
        """Claim ``qty`` from the latest buckets that arrive by ``day``, and from stock on hand only what then lacks."""
        first = self.coming(product).start
        at = bisect_right(self.day, day, first, self.end[product]) - 1
        wanted = self._draw_from(row, product, qty, range(at, first - 1, -1))
        if wanted:
            self.draw_on_hand(row, product, wanted, preferred)

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

    def on_hand(self, product: int) -> range:
        """Return the buckets of stock on hand that may hold any."""
        return range(self.head[product], self.inbound[product])

    def coming(self, product: int) -> range:
        """Return the buckets of what is coming that may hold any."""
        return range(max(self.inbound[product], self.head[product]), self.end[product])

    def units_by(self, product: int, day: int) -> int:
        """Return the units left that are there by a day; NOW means on hand. O(buckets of the product)."""
        until = self.inbound[product]
        if day != NOW:
            until = bisect_right(self.day, day, until, self.end[product])
        return sum(self.left[self.head[product] : until])

    def days(self, products: Iterable[int]) -> list[int]:
        """Return the days on which units of the products are there, NOW first. O(their buckets)."""
        days = {NOW}
        for product in products:
            days.update(self.day[at] for at in self.coming(product) if self.left[at])
        return sorted(days)

    def hide(self, products: Iterable[int], shown: Collection[int]) -> list[tuple[int, int, int]]:
        """Put the stock on hand of other warehouses than those ``shown`` out of sight; return it for ``show``."""
        hidden = []
        for product in products:
            for at in self.on_hand(product):
                if self.left[at] and self.warehouse[at] not in shown:
                    hidden.append((product, at, self.left[at]))
                    self.free[product] -= self.left[at]
                    self.left[at] = 0
        return hidden

    def hide_units(self, product: int, units: int) -> list[tuple[int, int, int]]:
        """Put so many units of the stock on hand out of sight, the last bucket first; return it for ``show``."""
        hidden = []
        for at in reversed(self.on_hand(product)):
            taken = min(units, self.left[at])
            if taken:
                hidden.append((product, at, taken))
                self.left[at] -= taken
                self.free[product] -= taken
                units -= taken
        return hidden

    def show(self, hidden: Iterable[tuple[int, int, int]]) -> None:
        """Bring back what ``hide`` put out of sight."""
        for product, at, units in hidden:
            self.left[at] += units
            self.free[product] += units
            self.head[product] = min(self.head[product], at)

    def _draw_from(self, row: int, product: int, qty: int, buckets: Iterable[int]) -> int:
        wanted = qty
        for at in buckets:
            if not wanted:
                break
            units = min(wanted, self.left[at])
            if units:
                self._claim(row, at, units)
                wanted -= units
        self.free[product] -= qty - wanted
        return wanted

    def _claim(self, row: int, bucket: int, units: int) -> None:
        self.left[bucket] -= units
        self.row.append(row)
        self.bucket.append(bucket)
        self.qty.append(units)
