"""Quotas, protected minimums and fair share: stock divided between groups. docs/planning.md, section Quotas.

Every line's need is laid on a ruler of its group and product in rank order. What lies within the group's minimum has a
turn before all others; what lies beyond its maximum has none; the rest goes by rank, but for units that are kept for
what groups do not ask for yet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.allocate import Turns, allocate, cut_to, running_before
from orders.planning.divided import Divided
from orders.planning.prepare import Prepared
from orders.planning.rules import Amount, Policy
from orders.planning.score import first_met
from orders.planning.supply import NOW
from orders.planning.types import Bools, Floats, Ints, ShipPolicy
from orders.planning.unasked import kept_units
from orders.planning.whole_orders import concatenated, over_orders, waiting_idle
from orders.planning.windows import counted

UNBOUNDED = np.iinfo(np.int64).max // 4


@dataclass(frozen=True, slots=True)
class _Rulers:
    """One entry per (product, group) with a quota, sorted by both; ``ruler`` is each line's entry, −1 for none."""

    ruler: Ints
    product: Ints
    group: Ints
    demand: Ints


def allocate_by_quota(ready: Prepared, ranked: Ints, policy: Policy) -> Divided:
    """Return the claims of the lines at positions ``ranked`` under the policy's quotas or fair share. O(n log n)."""
    group = _groups(ready, policy)
    rulers = _rulers(ready, ranked, group)
    least, most = _bounds(ready, rulers, policy, group)
    within, allowed = _laid_on(ready, ranked, rulers, least), _laid_on(ready, ranked, rulers, most)
    free = rulers.ruler < 0
    allowed[free] = ready.need_qty[free]
    within = np.minimum(within, allowed)
    within, allowed, idle = _whole(ready, within, allowed)
    first = ranked[within[ranked] > 0]
    rest = (allowed - within)[ranked]
    later = ranked[rest > 0]
    left = ready.buckets.qty.copy()
    protected = allocate(ready, Turns(first, within[first]), left)
    np.subtract.at(left, protected.bucket, protected.qty)
    kept = _kept_units(ready, policy, group, left)
    by_rank = allocate(ready, Turns(later, rest[rest > 0]), left - kept)
    claims = concatenated(protected, by_rank, waiting_idle(ready, ranked[idle[ranked]]))
    limited = (allowed < ready.need_qty) | _passed_over(ready, ranked, within) | _per_product(ready, kept)
    keeps = any(quota.keep for quota in policy.quotas)
    return Divided(claims, limited & ~ready.held, _on_hand(ready, kept)[ready.product] if keeps else None)


def free_of_groups(ready: Prepared, policy: Policy, left: Ints) -> Ints:
    """Return how many of the units ``left`` of each bucket somebody of no group may have.

    ``left`` is what the plan of all lines in ``ready`` has left: then it is exactly what one more line would be left.
    """
    return left - _kept_units(ready, policy, _groups(ready, policy), left)


def _kept_units(ready: Prepared, policy: Policy, group: Ints, left: Ints) -> Ints:
    """Return how much of each bucket is kept for what groups do not ask for of their minimums."""
    quotas = policy.quotas
    if not any(quota.keep for quota in quotas):
        return np.zeros(len(left), dtype=np.int64)
    products = len(ready.products.product_id)
    supply = np.bincount(ready.buckets.product, weights=ready.buckets.qty, minlength=products).astype(np.int64)
    every = np.repeat(np.arange(len(quotas)), products)
    over_days = counted(ready, quotas, group)
    of_product = (supply + over_days.beside_qty).ravel()
    least = _units([quota.at_least for quota in quotas], 0, every, of_product)
    most = _units([quota.at_most for quota in quotas], UNBOUNDED, every, of_product)
    # What is frozen is part of what a group asks for.
    protected = np.minimum(least, most).reshape(len(quotas), products) - over_days.shipped_qty
    return kept_units(ready, quotas, group, protected, left)


def _on_hand(ready: Prepared, units: Ints) -> Ints:
    """Return per product the sum of these units of buckets on hand."""
    now = ready.buckets.day == NOW
    products = len(ready.products.product_id)
    return np.bincount(ready.buckets.product[now], weights=units[now], minlength=products).astype(np.int64)


def _per_product(ready: Prepared, units: Ints) -> Bools:
    """Return the lines of products of which there are any of these units of buckets."""
    some: Bools = np.bincount(ready.buckets.product, weights=units, minlength=len(ready.products.product_id)) > 0
    return some[ready.product]


def _groups(ready: Prepared, policy: Policy) -> Ints:
    """Return each line's quota, or its value of the attribute that shares fairly; −1 for none."""
    lines = len(ready.product)
    if policy.quotas:
        return first_met([quota.when for quota in policy.quotas], ready.attributes, lines)
    column = ready.attributes[policy.fair_share]
    return np.where(column.values < 0, len(column.categories), column.values).astype(np.int64)


def _rulers(ready: Prepared, ranked: Ints, group: Ints) -> _Rulers:
    takes = np.zeros(len(group), dtype=np.bool_)
    takes[ranked] = True
    at = np.flatnonzero(takes & (group >= 0))
    groups = int(group.max(initial=-1)) + 1
    keys, place = np.unique(ready.product[at] * groups + group[at], return_inverse=True)
    ruler = np.full(len(group), -1, dtype=np.int64)
    ruler[at] = place
    demand = np.zeros(len(keys), dtype=np.int64)
    np.add.at(demand, place, ready.need_qty[at])
    return _Rulers(ruler, keys // max(groups, 1), keys % max(groups, 1), demand)


def _bounds(ready: Prepared, rulers: _Rulers, policy: Policy, group: Ints) -> tuple[Ints, Ints]:
    """Return the least and the most units of each ruler that are still to be given.

    Minimums are shrunk pro rata where supply is short. ``group`` is each line's quota, −1 for none.
    """
    buckets, product = ready.buckets, rulers.product
    products = len(ready.products.product_id)
    supply = np.bincount(buckets.product, weights=buckets.qty, minlength=products).astype(np.int64)
    unbounded = np.full(len(product), UNBOUNDED, dtype=np.int64)
    if not policy.quotas:
        now = buckets.day == NOW
        on_hand = np.bincount(buckets.product[now], weights=buckets.qty[now], minlength=products).astype(np.int64)
        return shrink(product, rulers.demand, on_hand), unbounded
    over_days = counted(ready, policy.quotas, group)
    of_product = supply[product] + over_days.beside_qty[rulers.group, product]
    given = (over_days.shipped_qty + over_days.frozen_qty)[rulers.group, product]
    least = _units([quota.at_least for quota in policy.quotas], 0, rulers.group, of_product)
    most = _units([quota.at_most for quota in policy.quotas], UNBOUNDED, rulers.group, of_product)
    least, most = np.maximum(least - given, 0), np.maximum(most - given, 0)
    wanted = np.minimum(np.minimum(least, most), rulers.demand)
    return shrink(product, wanted, supply), most


def _units(amounts: list[Amount | None], missing: int, group: Ints, supply: Ints) -> Ints:
    """Return the amount of each ruler in units; a percentage of the product's units is rounded down."""
    units = np.array([missing if a is None else a.value if a.is_units else 0 for a in amounts], dtype=np.float64)
    percent: Floats = np.array([0.0 if a is None or a.is_units else a.value for a in amounts])
    is_percent = np.array([a is not None and not a.is_units for a in amounts])
    # Adding a millionth before rounding down: 29 % of 100 is 28.999… in floating point.
    of_supply = np.floor(supply * percent[group] / 100 + 1e-6)
    return np.where(is_percent[group], of_supply, units[group]).astype(np.int64)


def shrink(product: Ints, wanted: Ints, supply: Ints) -> Ints:
    """Return ``wanted`` cut pro rata so that no product's sum exceeds its supply; ``product`` is ascending.

    ``supply`` is per product. Fractions go to the largest remainders, of equals to the first. O(n log n).
    """
    total = np.bincount(product, weights=wanted, minlength=len(supply)).astype(np.int64)
    short = (total > supply)[product]
    whole = np.maximum(total[product], 1)
    base = np.where(short, wanted * supply[product] // whole, wanted)
    remainder = np.where(short, wanted * supply[product] % whole, 0)
    given = np.bincount(product, weights=base, minlength=len(supply)).astype(np.int64)
    order = np.lexsort((np.arange(len(product)), -remainder, product))
    turn = running_before(product[order], np.ones(len(product), dtype=np.int64))
    extra = short[order] & (turn < (supply - given)[product[order]])
    base[order[extra]] += 1
    return base


def _laid_on(ready: Prepared, ranked: Ints, rulers: _Rulers, length: Ints) -> Ints:
    """Return how much of each line's need lies within its ruler, needs laid end to end in rank order."""
    at = ranked[rulers.ruler[ranked] >= 0]
    at = at[np.argsort(rulers.ruler[at], kind="stable")]
    within = np.zeros(len(ready.product), dtype=np.int64)
    within[at] = cut_to(rulers.ruler[at], ready.need_qty[at], length)
    return within


def _passed_over(ready: Prepared, ranked: Ints, within: Ints) -> Bools:
    """Return the lines that a worse-ranked line's minimum went before; those within their own lack nothing anyway."""
    product = ready.product
    last = np.full(len(ready.products.product_id), -1, dtype=np.int64)
    place = np.zeros(len(product), dtype=np.int64)
    place[ranked] = np.arange(len(ranked))
    first = ranked[within[ranked] > 0]
    np.maximum.at(last, product[first], place[first])
    passed: Bools = place < last[product]
    return passed


def _whole(ready: Prepared, within: Ints, allowed: Ints) -> tuple[Ints, Ints, Bools]:
    """Return the two for orders that ship together as wholes: all within, all by rank, or (third) none allowed."""
    together = ready.backlog.ship_policy != ShipPolicy.PARTIAL
    all_within = over_orders(ready, (within == ready.need_qty).astype(np.int64), np.minimum) > 0
    all_allowed = over_orders(ready, (allowed == ready.need_qty).astype(np.int64), np.minimum) > 0
    within = np.where(together & ~all_within, 0, within)
    idle = together & ~all_allowed
    return within, np.where(idle, 0, allowed), idle
