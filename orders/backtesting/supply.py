"""The supply side of a replay: what comes on which day, the same for every strategy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from orders.learning.history import History
from orders.planning.allocate import running_before
from orders.planning.types import Ints


def scaled(history: History, share: float) -> History:
    """Return the same past with every purchase and its receipts cut to ``share``, fractions of a unit dropped.

    Receipts of one purchase line are cut by their running sum, so that parts do not each lose a fraction.
    """
    if share == 1.0:
        return history
    receipts = history.receipts
    until = running_before(receipts.purchase, receipts.qty) + receipts.qty
    qty = np.floor(until * share).astype(np.int64) - np.floor((until - receipts.qty) * share).astype(np.int64)
    bought = np.floor(history.purchases.qty * share).astype(np.int64)
    return replace(history, receipts=replace(receipts, qty=qty), purchases=replace(history.purchases, qty=bought))


class Arrivals:
    """Stock that comes or goes without us, applied to levels in the order of days."""

    def __init__(self, history: History, from_on: int) -> None:
        moves, receipts, purchases, levels = history.moves, history.receipts, history.purchases, history.levels
        own = ~moves.is_shipment & ~moves.is_purchase & (moves.day >= from_on)
        came = receipts.day >= from_on
        width = 1 + int(levels.warehouse_id.max(initial=0))
        level = levels.product * width + levels.warehouse_id  # ascending
        key = np.concatenate(
            (
                moves.product[own] * width + moves.warehouse_id[own],
                purchases.product[receipts.purchase[came]] * width + purchases.warehouse_id[receipts.purchase[came]],
            )
        )
        day = np.concatenate((moves.day[own], receipts.day[came]))
        order = np.argsort(day, kind="stable")
        self._day = day[order]
        self._level = np.searchsorted(level, key)[order]
        self._qty = np.concatenate((moves.qty[own], receipts.qty[came]))[order]
        self._next = 0

    def book(self, on_hand: Ints, day: int) -> None:
        """Add to ``on_hand`` what moved up to ``day`` and was not booked yet; losses stop at an empty shelf."""
        end = int(np.searchsorted(self._day, day, side="right"))
        now = slice(self._next, end)
        np.add.at(on_hand, self._level[now], self._qty[now])
        np.maximum(on_hand, 0, out=on_hand)
        self._next = end
