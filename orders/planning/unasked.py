"""Minimums that a group does not ask for: the share of them that is kept for whoever of the group comes next.

docs/planning.md, section Quotas.
"""

from __future__ import annotations

import numpy as np

from orders.planning.allocate import cut_to
from orders.planning.attributes import CATALOGUE
from orders.planning.prepare import Prepared
from orders.planning.rules import AllOf, AnyOf, Compare, Condition, Not, Quota
from orders.planning.score import holds
from orders.planning.supply import NOW
from orders.planning.types import Attribute, Attributes, Bools, Ints

_OF_PRODUCT = "product."


def kept_units(ready: Prepared, quotas: tuple[Quota, ...], group: Ints, least: Ints, left: Ints) -> Ints:
    """Return how many of the units ``left`` in each bucket are kept back, soonest units first.

    ``group`` is each line's quota or −1; ``least``, of shape (quotas, products), the units of each minimum. A group
    asks for what its lines need and have picked, those on hold left out. O(quotas × (lines + buckets)).
    """
    buckets, products = ready.buckets, len(ready.products.product_id)
    kept = np.zeros(len(left), dtype=np.int64)
    asks = np.where(ready.held, 0, ready.need_qty) + ready.frozen_qty
    for place, quota in enumerate(quotas):
        if quota.keep is None:
            continue
        mine = group == place
        asked = np.bincount(ready.product[mine], weights=asks[mine], minlength=products).astype(np.int64)
        unasked = np.where(_has_lines_for(ready, quota.when), np.maximum(least[place] - asked, 0), 0)
        share = np.floor(unasked * (quota.keep.percent / 100) + 1e-6).astype(np.int64)
        in_time = np.flatnonzero((buckets.day == NOW) | (buckets.day <= ready.context.today + quota.keep.days))
        kept[in_time] += cut_to(buckets.product[in_time], (left - kept)[in_time], share)
    return kept


def _has_lines_for(ready: Prepared, when: Condition | None) -> Bools:
    """Return the products of which some line could meet a condition: what it says of product and day holds."""
    possible = np.zeros(len(ready.products.product_id), dtype=np.bool_)
    product, line = np.unique(ready.product, return_index=True)
    columns: Attributes = {
        name: Attribute(column.values[line], column.categories)
        for name, column in ready.attributes.items()
        if name.startswith(_OF_PRODUCT) or CATALOGUE[name].is_same_for_all
    }
    possible[product] = True if when is None else _may(when, columns, len(product))[0]
    return possible


def _may(when: Condition, columns: Attributes, rows: int) -> tuple[Bools, Bools]:
    """Return whether the condition may hold and whether it may not, where only product and day are known."""
    anything = np.ones(rows, dtype=np.bool_)
    match when:
        case Compare(attribute):
            if attribute not in columns:
                return anything, anything
            found = holds(when, columns, rows)
            return found, ~found
        case Not(part):
            may, may_not = _may(part, columns, rows)
            return may_not, may
        case AllOf(parts) | AnyOf(parts):
            answers = [_may(part, columns, rows) for part in parts]
            every, some = (0, 1) if isinstance(when, AllOf) else (1, 0)
            merged = [np.zeros(rows, dtype=np.bool_)] * 2
            merged[every] = np.logical_and.reduce([answer[every] for answer in answers])
            merged[some] = np.logical_or.reduce([answer[some] for answer in answers])
            return merged[0], merged[1]
