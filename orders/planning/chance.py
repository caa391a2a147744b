"""The chance that a promise is kept, from the two days that planning names. docs/planning.md, section Chance."""

from __future__ import annotations

import numpy as np

from orders.planning.types import NO_DAY, Bools, Floats, Ints

# The quantiles are whole days, so they leave a range open: by the p50 the units are there with 0.5 to 0.9, by the p90
# with 0.9 to 1. The curve goes through the middle of both.
LATE_AFTER_P50 = 0.3
LATE_AFTER_P90 = 0.05
# The day before the p50 is mostly the day before the one that the supplier named, and few deliveries come early.
EARLY_BY_A_DAY = 0.07
EARLY_DECAY = 0.8
SUREST = 0.98  # of what is not here yet, whatever its supplier's record


def chance_of_keeping(promised: Ints, p50: Ints, p90: Ints, here: Bools) -> Floats:
    """Return the chance that each promise is kept; arrays are parallel, days are ordinals.

    ``here`` marks what is on hand: it leaves on its p50, so the answer is 1 or 0. What nobody can date (NO_DAY) has
    chance 0, what is not promised NaN. Between and beyond the quantiles the chance of being late falls
    geometrically, by the same factor a day; in days before the p50 it falls by a fifth with each spread. O(n).
    """
    spread = p90 - p50
    days = promised - p50
    steps = np.maximum(spread, 1)
    decay = LATE_AFTER_P90 / LATE_AFTER_P50
    after = np.where(spread == 0, LATE_AFTER_P90, LATE_AFTER_P50) * decay ** (np.maximum(days, 0) / steps)
    before = EARLY_BY_A_DAY * EARLY_DECAY ** ((np.maximum(-days, 1) - 1) / steps)
    coming = np.where(days < 0, before, np.minimum(1 - after, SUREST))
    known = np.where(here, (days >= 0).astype(np.float64), coming)
    dated = np.where(p50 == NO_DAY, 0.0, known)
    return np.where(promised == NO_DAY, np.nan, dated)


def revenue_at_risk(value_minor: Ints, chance: Floats) -> float:
    """Return the sum of value × (1 − chance), in the values' unit; without a promise there is none to break."""
    return float(np.nansum(value_minor * (1 - chance)))
