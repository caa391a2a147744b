"""Demand as one matrix: products down, weeks across."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WEEK = np.timedelta64(7, "D")
_NEIGHBOURS = 4  # weeks on either side that stand in for a week that was not seen


@dataclass(frozen=True, slots=True)
class Panel:
    """Weekly demand of n products over T complete weeks that begin on Mondays.

    ``known`` is False where demand was not seen: the product was out of stock and the shop refused orders, or nobody
    ordered anything at all. ``first`` is the column of the first sale, T where there was none. ``next_week_on`` is the
    Monday after the last week. Rows are by product id.
    """

    ids: Ints
    categories: NDArray[np.object_]
    weeks: NDArray[np.datetime64]
    qty: Floats
    known: Bools
    first: Ints
    next_week_on: date

    @property
    def length(self) -> int:
        return len(self.weeks)

    @property
    def ages(self) -> Ints:
        """Weeks since the first sale, that week included."""
        return self.length - self.first

    def until(self, cut: int) -> Panel:
        """Return what was known after the first ``cut`` weeks."""
        return replace(
            self,
            weeks=self.weeks[:cut],
            qty=self.qty[:, :cut],
            known=self.known[:, :cut],
            first=np.minimum(self.first, cut),
            next_week_on=self.weeks[cut].item() if cut < self.length else self.next_week_on,
        )

    def counted(self) -> Bools:
        """Mark the weeks that say something: seen, and not before the first sale."""
        return self.known & (np.arange(self.length) >= self.first[:, None])

    def filled(self) -> Floats:
        """Return quantities with weeks that were not seen replaced by the mean of seen weeks around them.

        A week that sold more than its neighbours before stock ran out keeps what it sold. O(n T).
        """
        counted = self.counted()
        near = _window_mean(self.qty, counted)
        return np.where(self.known, self.qty, np.maximum(self.qty, near))


def to_panel(history: pd.DataFrame, products: pd.DataFrame, *, from_on: date, until_on: date) -> Panel:
    """Lay out demand as a matrix.

    ``history`` has product_id, week_on (Mondays), qty and, where stock-outs are known, is_masked; a product's missing
    week sold nothing. ``products`` has product_id and category and says who gets a row. Weeks run from ``from_on`` to
    before ``until_on``; what lies outside, or belongs to no product given, is ignored.
    """
    products = products.sort_values("product_id")
    ids = products["product_id"].to_numpy(dtype=np.int64)
    weeks = np.arange(np.datetime64(from_on, "D"), np.datetime64(until_on, "D"), WEEK)
    column = (history["week_on"].to_numpy(dtype="datetime64[D]") - np.datetime64(from_on, "D")) // WEEK
    place = np.searchsorted(ids, history["product_id"].to_numpy(dtype=np.int64))
    inside = (column >= 0) & (column < len(weeks)) & np.isin(history["product_id"], ids)
    qty = np.zeros((len(ids), len(weeks)))
    np.add.at(qty, (place[inside], column[inside]), history["qty"].to_numpy(dtype=np.float64)[inside])
    known = np.broadcast_to(qty.sum(axis=0) > 0, qty.shape).copy()
    if "is_masked" in history:
        masked = inside & history["is_masked"].to_numpy(dtype=bool)
        known[place[masked], column[masked]] = False
    sold = qty > 0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1) if len(weeks) else 0, len(weeks)).astype(np.int64)
    return Panel(ids, products["category"].to_numpy(dtype=object), weeks, qty, known, first, until_on)


def _window_mean(qty: Floats, counted: Bools) -> Floats:
    """Return the mean of counted weeks within _NEIGHBOURS of each week; of all counted weeks where none is near."""
    width = qty.shape[1]
    sums = np.pad(np.cumsum(np.where(counted, qty, 0.0), axis=1), ((0, 0), (1, 0)))
    counts = np.pad(np.cumsum(counted, axis=1), ((0, 0), (1, 0)))
    left = np.maximum(np.arange(width) - _NEIGHBOURS, 0)
    right = np.minimum(np.arange(width) + _NEIGHBOURS + 1, width)
    near: Floats = sums[:, right] - sums[:, left]
    seen: Ints = counts[:, right] - counts[:, left]
    overall = sums[:, -1:] / np.maximum(counts[:, -1:], 1)
    return np.where(seen > 0, near / np.maximum(seen, 1), overall)
