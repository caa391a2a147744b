"""How evenly waiting is spread. Pure functions on arrays."""

from __future__ import annotations

import numpy as np

from orders.planning.types import NO_DAY, Backlog, Ints, Plan
from orders.simulation.outlook import LATEST


def gini(values: Ints) -> float:
    """Return the Gini coefficient of values not below zero: 0 where all wait alike, near 1 where few wait for all.

    G = 2 Σ i·x_i ÷ (n Σ x_i) − (n + 1) ÷ n, with x ascending and i from 1. O(n log n).
    """
    total = values.sum()
    if not total:
        return 0.0
    count = len(values)
    ranked = np.sort(values).astype(np.float64)
    return float(2 * (np.arange(1, count + 1) * ranked).sum() / (count * total) - (count + 1) / count)


def overtaken_share(plan: Plan, backlog: Backlog) -> float:
    """Return the share of lines that a later order of the same product overtakes: it has its units on an earlier day.

    ``backlog`` is by line id. Held lines neither overtake nor are overtaken. O(n log n).
    """
    planned = ~backlog.on_hold[np.searchsorted(backlog.line_id, plan.line_id)]
    line = np.searchsorted(backlog.line_id, plan.line_id[planned])
    if not len(line):
        return 0.0
    day = np.where(plan.eta_p50[planned] == NO_DAY, LATEST, plan.eta_p50[planned])
    product = np.unique(backlog.product_id[line], return_inverse=True)[1]
    order = np.lexsort((backlog.line_id[line], backlog.placed_at[line], product))
    # Read backwards, a running minimum starts anew with each product, whose days lie below those of the one before.
    lifted = (day + product * (LATEST + 1))[order][::-1]
    earliest_later = np.minimum.accumulate(lifted)
    same_product = np.diff(product[order][::-1]) == 0
    return float(((earliest_later[:-1] < lifted[1:]) & same_product).sum() / len(line))
