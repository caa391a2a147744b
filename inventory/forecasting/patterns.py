"""What kind of demand a product has, and how much of it there is to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from inventory.forecasting.panel import Bools, Floats, Ints, Panel

FEWEST_WEEKS = 6  # since the first sale; before that a product is new
FEWEST_SALES = 4  # weeks with a sale; below that nothing can be fitted
_FADING = 0.9  # a week counts a tenth less than the week after it
_EDGES = (0.15, 0.4, 0.7)


class Pattern(IntEnum):
    """Demand by how often a week sells nothing; NEW and FEW are too short to say."""

    STEADY = 0
    GAPPY = 1
    INTERMITTENT = 2
    RARE = 3
    FEW = 4
    NEW = 5


@dataclass(frozen=True, slots=True)
class Traits:
    """One value a product: pattern, share of weeks without a sale (recent ones count more), mean and largest selling
    week, weeks with a sale, mean demand a week, and the mean step from week to week (the scale of MASE; 0 if unknown).
    """

    pattern: Ints
    zero_share: Floats
    size: Floats
    largest: Floats
    sales: Ints
    rate: Floats
    step: Floats

    @property
    def modelled(self) -> Bools:
        return self.pattern < Pattern.FEW

    def pattern_names(self) -> list[str]:
        return [Pattern(kind).name.lower() for kind in self.pattern]


def traits_of(panel: Panel) -> Traits:
    """Describe each product by the weeks that say something. O(n T)."""
    counted = panel.counted()
    qty = np.where(counted, panel.qty, 0.0)
    sales, seen = (qty > 0).sum(axis=1), counted.sum(axis=1)
    weight = np.where(counted, _FADING ** np.arange(panel.length)[::-1], 0.0)
    zero_share = _ratio((weight * (qty == 0)).sum(axis=1), weight.sum(axis=1))
    pattern = np.digitize(zero_share, _EDGES)
    pattern[sales < FEWEST_SALES] = Pattern.FEW
    pattern[panel.ages < FEWEST_WEEKS] = Pattern.NEW
    total = qty.sum(axis=1)
    largest = qty.max(axis=1, initial=0.0)
    return Traits(pattern, zero_share, _ratio(total, sales), largest, sales, _ratio(total, seen), _step(qty, counted))


def _step(qty: Floats, counted: Bools) -> Floats:
    both = counted[:, 1:] & counted[:, :-1]
    return _ratio(np.where(both, np.abs(np.diff(qty, axis=1)), 0.0).sum(axis=1), both.sum(axis=1))


def _ratio(over: Floats, under: Floats | Ints) -> Floats:
    return np.divide(over, under, out=np.zeros(len(over)), where=under > 0)
