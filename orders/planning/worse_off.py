"""Who loses by new claims: fewer units by some day than before. docs/planning.md, section Segments."""

from __future__ import annotations

import numpy as np

from orders.planning.allocate import Claims, running_before
from orders.planning.prepare import Prepared
from orders.planning.previous import NEVER, Had
from orders.planning.runs import lengths_of, starts_of
from orders.planning.sorting import stable_order
from orders.planning.supply import NOW
from orders.planning.types import Bools, Ints, ShipPolicy
from orders.planning.whole_orders import over_orders, ships_together


def is_worse_off(ready: Prepared, claims: Claims, had: Had) -> Bools:
    """Return the lines that by some day have fewer units than they had by that day."""
    line = np.concatenate((claims.line, had.line))
    day = np.concatenate(
        (
            _leaving_day(ready, claims.line, ready.buckets.day[claims.bucket], claims.qty),
            _leaving_day(ready, had.line, had.day, had.qty),
        )
    )
    qty = np.concatenate((claims.qty, -had.qty))
    order = stable_order(line, day, qty < 0)  # of one day what it has now counts first
    line, qty = line[order], qty[order]
    worse = np.zeros(len(ready.product), dtype=np.bool_)
    worse[line[running_before(line, qty) + qty < 0]] = True
    return worse


def _leaving_day(ready: Prepared, line: Ints, day: Ints, qty: Ints) -> Ints:
    """Return the days of units; those of an order that ships together count from the last of them.

    What is on hand for an order that may still send it ahead counts at once, and an order with a fill leaves in parts
    once it is reached. A line that is wanted later loses nothing by units that come later, but in time.
    """
    backlog = ready.backlog
    if ready.limits is not None:
        day = _once_enough(ready, line, np.maximum(day, ready.limits.wanted_by[line]), qty)
    ahead = (backlog.ship_policy == ShipPolicy.ONE_BACKORDER) & ~backlog.has_shipped
    last = np.full(len(ready.product), NOW, dtype=np.int64)
    np.maximum.at(last, line, day)
    last = over_orders(ready, last, np.maximum)
    waits = ships_together(ready)[line] & ~(ahead[line] & (day == NOW))
    return np.where(waits, last[line], day)


def _once_enough(ready: Prepared, line: Ints, day: Ints, qty: Ints) -> Ints:
    """Return the days of units, those of orders with terms not before enough of the order for its fill is there."""
    at = np.flatnonzero(ready.backlog.ship_policy[line] == ShipPolicy.JOINT)
    if ready.limits is None or not len(at):
        return day
    order = ready.backlog.order_id[line]
    at = at[stable_order(order[at], day[at])]
    order, counted = order[at], qty[at] * ready.limits.weight[line[at]]
    enough = running_before(order, counted) + counted >= ready.limits.order_least[line[at]]
    starts = starts_of(order)
    first = np.minimum.reduceat(np.where(enough, day[at], NEVER), starts)
    later = day.copy()
    later[at] = np.maximum(day[at], np.repeat(first, lengths_of(starts, at)))
    return later
