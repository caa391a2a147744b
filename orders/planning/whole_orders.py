"""Orders that ship together taken as wholes, and claims of several allocations put together."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from orders.planning.allocate import Claims
from orders.planning.prepare import Prepared
from orders.planning.runs import lengths_of, starts_of
from orders.planning.shelves import UNCOVERED
from orders.planning.sorting import stable_order
from orders.planning.types import Bools, Ints, ShipPolicy


def over_orders(ready: Prepared, values: Ints, merge: np.ufunc) -> Ints:
    """Return values by which all lines of an order that is served as one have the merged value of its lines."""
    at = np.flatnonzero(ready.backlog.ship_policy != ShipPolicy.PARTIAL)
    if not len(at):
        return values
    at = at[stable_order(ready.backlog.order_id[at])]
    order = ready.backlog.order_id[at]
    starts = starts_of(order)
    merged = values.copy()
    merged[at] = np.repeat(merge.reduceat(values[at], starts), lengths_of(starts, at))
    return merged


def ships_together(ready: Prepared) -> Bools:
    """Return the lines of orders of which nothing leaves before the rest, or the rest's first shipment."""
    policy = ready.backlog.ship_policy
    together: Bools = (policy == ShipPolicy.COMPLETE) | (policy == ShipPolicy.ONE_BACKORDER)
    return together


def waiting_idle(ready: Prepared, line: Ints) -> Claims:
    """Return that orders that ship together and may take nothing wait, uncovered."""
    none = np.zeros(0, dtype=np.int64)
    line = line[ships_together(ready)[line]]
    return Claims(none, none, none, line, np.full(len(line), UNCOVERED, dtype=np.int64))


def concatenated(*parts: Claims) -> Claims:
    """Return the claims of several allocations of one supply as one."""
    return Claims(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Claims)))
