"""Units kept for expected demand: classes are served best first, and what better ones will want stays for them.

docs/planning.md, section Demand forecast.
"""

from __future__ import annotations

import numpy as np

from orders.planning.allocate import Turns, allocate, running_before
from orders.planning.demand import UNKNOWN, Demand, Expected
from orders.planning.divided import Divided
from orders.planning.prepare import Prepared
from orders.planning.rules import Forecast, Policy
from orders.planning.runs import is_first
from orders.planning.score import first_met
from orders.planning.strategies import AGE
from orders.planning.supply import NOW, Buckets
from orders.planning.types import Ints
from orders.planning.whole_orders import concatenated, over_orders


def allocate_by_class(ready: Prepared, ranked: Ints, policy: Policy, demand: Demand | None) -> Divided:
    """Return the claims of the lines at positions ``ranked``: class after class, by rank within each.

    A class takes what its waiting lines want of what the better classes left, but for the units kept for what is still
    expected of those. Products without a forecast keep nothing. Lines that waited too long are of the best class,
    whoever ordered them. O(classes × allocate).
    """
    forecast = policy.forecast
    assert forecast is not None
    expected = Expected(demand, ready.context.today) if demand is not None and len(demand.product_id) else None
    class_ = _class_of(ready, policy)
    left = ready.buckets.qty.copy()
    kept_before = np.zeros(len(left), dtype=np.int64)
    kept_now = np.zeros(len(ready.product), dtype=np.int64)
    limited = np.zeros(len(ready.product), dtype=np.bool_)
    parts = []
    for place in range(len(forecast.classes) + 1):
        if place and expected is not None:
            wanted = wanted_by_bucket(ready.buckets, ready.products.product_id, forecast, place, expected)
            kept_before = np.maximum(kept_before, wanted)
        free = free_units(ready.buckets, left, kept_before)
        mine = ranked[class_[ranked] == place]
        held_back = left - free
        kept_now[mine] = _per_product(ready, held_back, ready.buckets.day == NOW)[ready.product[mine]]
        limited[mine] = _per_product(ready, held_back)[ready.product[mine]] > 0
        claims = allocate(ready, Turns(mine, ready.need_qty[mine]), free)
        np.subtract.at(left, claims.bucket, claims.qty)
        parts.append(claims)
    return Divided(concatenated(*parts), limited, kept_now)


def free_units(buckets: Buckets, left: Ints, wanted: Ints) -> Ints:
    """Return how many units of each bucket may be taken so that those wanted later can still be had in time.

    ``wanted`` is, for each bucket, the units wanted before the next bucket of its product arrives (or ever, for its
    last), all earlier ones included. What may be taken up to a bucket is the least of supply so far less demand so
    far, over it and all later buckets: available-to-promise with look-ahead. So coming units that arrive in time free
    those on hand. Where supply does not suffice nothing is free. O(n).
    """
    if not len(left):
        return left
    so_far = running_before(buckets.product, left) + left
    slack = so_far - wanted
    # Each product's values are lifted above those of the products before it, so that one running minimum from the end
    # serves all of them.
    lift = buckets.product * (int(slack.max()) - int(slack.min()) + 1)
    takeable = np.maximum(np.minimum.accumulate((slack + lift)[::-1])[::-1] - lift, 0)
    first = is_first(buckets.product)
    before = np.where(first, 0, np.r_[0, takeable[:-1]])
    free: Ints = takeable - before
    return free


def free_for_others(
    buckets: Buckets, left: Ints, product_id: Ints, forecast: Forecast, demand: Demand, today: int
) -> Ints:
    """Return how many of the units ``left`` of each bucket somebody of no class may have; O(classes × buckets)."""
    expected = Expected(demand, today)
    wanted = np.zeros(len(left), dtype=np.int64)
    for place in range(1, len(forecast.classes) + 1):
        wanted = np.maximum(wanted, wanted_by_bucket(buckets, product_id, forecast, place, expected))
    return free_units(buckets, left, wanted)


def wanted_by_bucket(buckets: Buckets, product_id: Ints, forecast: Forecast, classes: int, expected: Expected) -> Ints:
    """Return what the first classes are expected to want before the bucket after each bucket arrives."""
    today = expected.today
    last = np.r_[buckets.product[1:] != buckets.product[:-1], True][: len(buckets.qty)]
    end = np.where(last, today + forecast.horizon_days, np.r_[buckets.day[1:], today][: len(buckets.qty)])
    place = expected.demand.places(product_id)[buckets.product]
    known = place != UNKNOWN
    wanted = np.zeros(len(buckets.qty), dtype=np.int64)
    wanted[known] = expected.kept(forecast, classes, place[known], end[known])
    return wanted


def _class_of(ready: Prepared, policy: Policy) -> Ints:
    """Return each line's class, the number of classes for none; a whole order is of the best class of its lines."""
    classes = policy.classes()
    first = first_met([entry.when for entry in classes], ready.attributes, len(ready.product))
    class_ = np.where(first < 0, len(classes), first)
    if policy.starvation is not None:
        class_[ready.attributes[AGE].values >= policy.starvation.after_days] = 0
    return over_orders(ready, class_, np.minimum)


def _per_product(ready: Prepared, units: Ints, chosen: Ints | None = None) -> Ints:
    counted = units if chosen is None else np.where(chosen, units, 0)
    sums = np.bincount(ready.buckets.product, weights=counted, minlength=len(ready.products.product_id))
    return sums.astype(np.int64)
