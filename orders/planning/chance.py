"""The chance that a promise is kept, from the two days that planning names. docs/planning.md, section Chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.types import NO_DAY, Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Curve:
    """Chances of being late once the p50 and the p90 have come, and of being there the day before the p50.

    ``early_decay`` is what is left of the latter with each further spread before, ``surest`` the most that is ever said
    of what is not here yet, whatever its supplier's record.
    """

    late_after_p50: float
    late_after_p90: float
    early_by_a_day: float
    early_decay: float
    surest: float


# Fitted to the older three fifths of the sample's deliveries, judged on the newest two (calibrate_chances). The
# quantiles are whole days, so much comes by the p50: that is mostly the day which the supplier named.
CURVE = Curve(late_after_p50=0.22, late_after_p90=0.05, early_by_a_day=0.035, early_decay=0.88, surest=0.98)


def chance_of_keeping(promised: Ints, p50: Ints, p90: Ints, here: Bools, curve: Curve = CURVE) -> Floats:
    """Return the chance that each promise is kept; arrays are parallel, days are ordinals.

    ``here`` marks what is on hand: it leaves on its p50, so the answer is 1 or 0. What nobody can date (NO_DAY) has
    chance 0, what is not promised NaN. Between and beyond the quantiles the chance of being late falls
    geometrically, by the same factor a day; in days before the p50 it falls with each spread. O(n).
    """
    spread = p90 - p50
    days = promised - p50
    steps = np.maximum(spread, 1)
    decay = curve.late_after_p90 / curve.late_after_p50
    after = np.where(spread == 0, curve.late_after_p90, curve.late_after_p50) * decay ** (np.maximum(days, 0) / steps)
    before = curve.early_by_a_day * curve.early_decay ** ((np.maximum(-days, 1) - 1) / steps)
    coming = np.where(days < 0, before, np.minimum(1 - after, curve.surest))
    known = np.where(here, (days >= 0).astype(np.float64), coming)
    dated = np.where(p50 == NO_DAY, 0.0, known)
    return np.where(promised == NO_DAY, np.nan, dated)


def revenue_at_risk(value_minor: Ints, chance: Floats) -> float:
    """Return the sum of value × (1 − chance), in the values' unit; without a promise there is none to break."""
    return float(np.nansum(value_minor * (1 - chance)))
