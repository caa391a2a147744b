"""Supply as ordered buckets: per product what is on hand, then what is coming, soonest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.calendar import SiteDays, WorkingDays
from orders.planning.ids import find_places
from orders.planning.sorting import stable_order
from orders.planning.types import NO_DAY, ON_HAND, Bools, Context, Ints, Supply

NOW = 0  # the day of a bucket that is on hand: before every real day, so also before supply that arrives today


@dataclass(frozen=True, slots=True)
class Buckets:
    """Claimable units, sorted by product, then on hand by (preference, warehouse), then inbound by (arrival, source).

    ``product`` counts positions in ``Products``. ``day`` is NOW or the p50 arrival, ``day_p90`` the p90 one; with
    sites, arrivals include the warehouse's handling. ``leaves`` is the day from which units on hand can leave, NO_DAY
    for what is coming. ``start`` has one entry more than there are products: the buckets of product p are
    ``start[p]:start[p + 1]``, and ``inbound[p]`` is the first of them that is not on hand. ``late`` marks sources whose
    supplier is behind.
    """

    product: Ints
    warehouse_id: Ints
    source_id: Ints
    qty: Ints
    day: Ints
    day_p90: Ints
    leaves: Ints
    late: Bools
    start: Ints
    inbound: Ints


def order_buckets(supply: Supply, product_id: Ints, context: Context, working_days: WorkingDays) -> Buckets:
    """Return the supply of the given products (ascending ids) as buckets.

    Left out: supply of other products, without units, and inbound without a day (nobody can say when).
    O(n log n).
    """
    place = find_places(product_id, supply.product_id)
    known = place < len(product_id)
    known[known] = product_id[place[known]] == supply.product_id[known]
    on_hand = supply.source_id == ON_HAND
    kept = np.flatnonzero(known & (supply.qty > 0) & (on_hand | (supply.expected_on != NO_DAY)))
    sites = SiteDays(context)
    day, day_p90 = _arrivals(supply, kept, context, working_days, sites)

    inside = np.where(on_hand[kept], supply.preference[kept], day)
    tie = np.where(on_hand[kept], supply.warehouse_id[kept], supply.source_id[kept])
    sequence = stable_order(place[kept], day != NOW, inside, tie)
    chosen = kept[sequence]
    product = place[chosen]
    start = np.searchsorted(product, np.arange(len(product_id) + 1))
    stock = np.bincount(product[on_hand[chosen]], minlength=len(product_id))
    return Buckets(
        product=product,
        warehouse_id=supply.warehouse_id[chosen],
        source_id=supply.source_id[chosen],
        qty=supply.qty[chosen],
        day=day[sequence],
        day_p90=day_p90[sequence],
        leaves=np.where(on_hand[chosen], sites.leave_today(supply.warehouse_id[chosen]), NO_DAY),
        late=_is_late(supply, chosen, context),
        start=start,
        inbound=start[:-1] + stock,
    )


def _arrivals(
    supply: Supply, at: Ints, context: Context, working_days: WorkingDays, sites: SiteDays
) -> tuple[Ints, Ints]:
    """Return p50 and p90 arrival of the entries ``at``; an overdue source counts as coming tomorrow at the earliest."""
    expected = supply.expected_on[at]
    start = np.where(expected < context.today, context.today + 1, expected)
    on_hand = supply.source_id[at] == ON_HAND
    start[on_hand] = context.today
    if context.sites is None:
        p50, p90 = (working_days.add(start, delay[at]) for delay in (supply.delay_p50, supply.delay_p90))
    else:
        source, warehouse = supply.source_id[at], supply.warehouse_id[at]
        p50, p90 = (
            sites.leave(warehouse, sites.arrive(source, start, delay[at]))
            for delay in (supply.delay_p50, supply.delay_p90)
        )
    p90 = np.maximum(p50, p90)
    p50[on_hand] = p90[on_hand] = NOW
    return p50, p90


def _is_late(supply: Supply, at: Ints, context: Context) -> Bools:
    expected, first = supply.expected_on[at], supply.first_expected_on[at]
    slipped = (first != NO_DAY) & (expected > first)
    late: Bools = (supply.source_id[at] != ON_HAND) & (slipped | (expected < context.today))
    return late
