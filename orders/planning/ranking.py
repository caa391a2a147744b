"""Who comes first: the order in which lines take from supply. docs/planning.md, section Rank."""

from __future__ import annotations

import numpy as np

from orders.planning.runs import lengths_of, starts_of
from orders.planning.sorting import stable_order
from orders.planning.types import Backlog, Bools, Codes, Floats, Ints, ShipPolicy


def rank_keys(backlog: Backlog, score: Floats) -> tuple[Floats, Ints]:
    """Return ``(score, placed_at)`` to rank by, parallel to the backlog.

    Lines of an order that ships together (complete, one backorder) all rank by the best score and the earliest
    placing of the order, so that the order is taken as one; a partial order's lines rank each for itself.
    """
    together = np.flatnonzero(backlog.ship_policy != ShipPolicy.PARTIAL)
    if not len(together):
        return score, backlog.placed_at
    by_order = together[stable_order(backlog.order_id[together])]
    orders = backlog.order_id[by_order]
    starts = starts_of(orders)
    sizes = lengths_of(starts, orders)
    best, first = score.copy(), backlog.placed_at.copy()
    best[by_order] = np.repeat(np.maximum.reduceat(score[by_order], starts), sizes)
    first[by_order] = np.repeat(np.minimum.reduceat(backlog.placed_at[by_order], starts), sizes)
    return best, first


def rank_order(backlog: Backlog, score: Floats, chosen: Bools | None = None, stage: Codes | None = None) -> Ints:
    """Return positions in the backlog, first in line first: score descending, placed_at, order id, line id.

    ``chosen`` limits the answer to some lines; a lower ``stage`` goes before any score. O(n log n).
    """
    best, first = rank_keys(backlog, score)
    at = np.arange(len(score)) if chosen is None else np.flatnonzero(chosen)
    keys = (-best[at], first[at], backlog.order_id[at], backlog.line_id[at])
    return at[stable_order(*(keys if stage is None else (stage[at], *keys)))]
