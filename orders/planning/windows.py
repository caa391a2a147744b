"""Quotas that count over days: units that left in the window, and frozen ones, beside what the plan divides.

docs/planning.md, section Quotas.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from orders.planning.prepare import Prepared
from orders.planning.rules import Compare, Policy, Quota, comparisons
from orders.planning.types import Ints, Shipped


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts of each product beside what can be claimed; all of shape (quotas, products), 0 without a window.

    ``shipped_qty`` and ``frozen_qty`` are units of the quota's lines; ``beside_qty`` is what its percentages are of
    beyond the units that can be claimed: what left in its window and what is frozen, for whomever.
    """

    shipped_qty: Ints
    frozen_qty: Ints
    beside_qty: Ints


def with_shipped(ready: Prepared, shipped: Shipped | None, policy: Policy) -> Prepared:
    """Return the input with what left in the policy's windows. Raises ValueError for that of other quotas."""
    if shipped is None:
        return ready
    shape = (len(shipped.product_id), len(policy.quotas))
    for name, units in (("own_qty", shipped.own_qty), ("all_qty", shipped.all_qty)):
        if units.shape != shape:
            raise ValueError(f"shipped.{name}: shape {units.shape}, not {shape} of products and quotas")
    return replace(ready, shipped=shipped)


def counted(ready: Prepared, quotas: tuple[Quota, ...], group: Ints) -> Counted:
    """Return what counts of the quotas that have a window. ``group`` is each line's quota, −1 for none.

    O(quotas with a window × lines + quotas × products).
    """
    products = len(ready.products.product_id)
    shipped, frozen, beside = (np.zeros((len(quotas), products), dtype=np.int64) for _ in range(3))
    if ready.shipped is not None:
        _, here, there = np.intersect1d(
            ready.products.product_id, ready.shipped.product_id, assume_unique=True, return_indices=True
        )
        shipped[:, here] = ready.shipped.own_qty[there].T
        beside[:, here] = ready.shipped.all_qty[there].T
    for place, quota in enumerate(quotas):
        if quota.window_days:
            mine = np.where(group == place, ready.frozen_qty, 0)
            frozen[place] = np.bincount(ready.product, weights=mine, minlength=products)
            beside[place] += np.bincount(ready.product, weights=ready.frozen_qty, minlength=products).astype(np.int64)
    return Counted(shipped, frozen, beside)


def count_shipped(
    product_id: Ints, group: Ints, day: Ints, qty: Ints, quotas: tuple[Quota, ...], *, today: int
) -> Shipped:
    """Return what left in each quota's window, from one row for units of a product that left on a day.

    ``group`` is the quota of the line that they were for, −1 for none. The window ends with ``today``.
    """
    products, entry = np.unique(product_id, return_inverse=True)
    own, every = (np.zeros((len(products), len(quotas)), dtype=np.int64) for _ in range(2))
    for place, quota in enumerate(quotas):
        inside = (day > today - quota.window_days) & (day <= today)
        np.add.at(every[:, place], entry[inside], qty[inside])
        mine = inside & (group == place)
        np.add.at(own[:, place], entry[mine], qty[mine])
    return Shipped(products, own, every)


def up_to_windows(quotas: tuple[Quota, ...]) -> tuple[Quota, ...]:
    """Return the quotas that decide whose units left: those with a window and all before them."""
    return quotas[: max((place + 1 for place, quota in enumerate(quotas) if quota.window_days), default=0)]


def read_by_windows(quotas: tuple[Quota, ...]) -> list[str]:
    """Return the attributes that tell whose units left, by name."""
    return sorted({part.attribute for quota in up_to_windows(quotas) for part in _parts(quota)})


def _parts(quota: Quota) -> list[Compare]:
    return [] if quota.when is None else list(comparisons(quota.when))
