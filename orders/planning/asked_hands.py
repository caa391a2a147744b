"""When warehouses have hands for what somebody asks for, behind all that they have to pick already."""

from __future__ import annotations

import numpy as np

from orders.planning.calendar import SiteDays, WorkingDays
from orders.planning.capacity import Capacity, Work, pick_days
from orders.planning.supply import NOW, Buckets
from orders.planning.types import Context, Ints, Supply


def leaving_days(
    basket: Ints,
    item: Ints,
    bucket: Ints,
    qty: Ints,
    buckets: Buckets,
    supply: Supply,
    left: Capacity,
    context: Context,
) -> Ints:
    """Return the day on which each claim (item, bucket, units) leaves once it is picked.

    ``left`` is what warehouses have left of their days; ``basket`` is each claim's, and baskets do not see each other.
    O(claims, sorted) and a loop over the claims on listed warehouses.
    """
    warehouse = buckets.warehouse_id[bucket]
    ready_on = _ready_on(bucket, buckets, supply, context)
    picked = np.zeros(len(bucket), dtype=np.int64)
    for each in np.unique(basket):
        at = np.flatnonzero(basket == each)
        work = Work(item[at], warehouse[at], qty[at], ready_on[at], np.zeros(len(at), dtype=np.int64))
        picked[at] = pick_days(work, left, context)
    if context.sites is not None:
        return SiteDays(context).leave(warehouse, picked)
    return WorkingDays(context.calendar).add(picked, context.handling_days)


def _ready_on(bucket: Ints, buckets: Buckets, supply: Supply, context: Context) -> Ints:
    """Return the day from which each claim can be picked: today, or its arrival without the warehouse's handling."""
    day = buckets.day[bucket]
    here = day == NOW
    if context.sites is None:
        return np.where(here, context.today, day)
    order = np.argsort(supply.source_id, kind="stable")
    source = buckets.source_id[bucket]
    row = order[np.minimum(np.searchsorted(supply.source_id[order], source), len(order) - 1)]
    expected = supply.expected_on[row]
    start = np.where(expected < context.today, context.today + 1, expected)
    start[here] = context.today
    delay = np.where(here, 0, supply.delay_p50[row])
    return np.where(here, context.today, SiteDays(context).arrive(source, start, delay))
