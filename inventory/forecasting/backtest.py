"""How good the forecast would have been: the last weeks held back, forecast in one go, compared."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from inventory.forecasting.forecast import Forecast, Progress, forecast
from inventory.forecasting.panel import Bools, Floats, Panel
from inventory.forecasting.patterns import FEWEST_WEEKS, Pattern

SEASON = 4  # weeks; a year cannot be seen in less than two


@dataclass(frozen=True, slots=True)
class Figures:
    """Result of a back-test; None where nothing could be measured.

    MASE is the mean absolute error over the weeks held back in units of the series' own mean step from week to week
    before them; the median forecast is scored, because absolute errors ask for a median. ``bias`` is what the means add
    up to over what was sold, less one. ``coverage_80`` is the share of weeks inside the interval.
    """

    series: int
    weeks: int
    median_mase: float | None
    median_mase_naive: float | None
    median_mase_seasonal_naive: float | None
    coverage_80: float | None
    bias: float | None
    median_mase_of_mean: float | None
    bias_of_median: float | None
    patterns: dict[str, dict[str, float]]
    methods: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def backtest(panel: Panel, weeks: int, on_progress: Progress = lambda step, done, total: None) -> Figures:
    """Hold back the last ``weeks``, forecast them from what lies before, and score every product sold before."""
    cut = panel.length - weeks
    past = panel.until(max(cut, 0))
    if cut < FEWEST_WEEKS or not (past.ages > 0).any():
        return Figures(0, weeks, None, None, None, None, None, None, None, {}, {})
    found = forecast(past, weeks, on_progress)
    sold = past.ages > 0
    return _figures(past, found, panel.qty[:, cut:], panel.known[:, cut:] & sold[:, None], sold)


def _figures(past: Panel, found: Forecast, actual: Floats, known: Bools, sold: Bools) -> Figures:
    weeks = actual.shape[1]
    inside = (actual >= found.lows) & (actual <= found.highs) & known

    def mase(said: Floats) -> float | None:
        return _median_mase(said, actual, known, found.traits.step)

    def bias(said: Floats) -> float | None:
        total = float(actual[known].sum())
        return round(float(said[known].sum()) / total - 1, 4) if total else None

    return Figures(
        series=int(sold.sum()),
        weeks=weeks,
        median_mase=mase(found.p50s),
        median_mase_naive=mase(np.repeat(past.qty[:, -1:], weeks, axis=1)),
        median_mase_seasonal_naive=mase(past.qty[:, -SEASON:][:, np.arange(weeks) % SEASON]),
        coverage_80=round(float(inside.sum() / known.sum()), 4) if known.any() else None,
        bias=bias(found.means),
        median_mase_of_mean=mase(found.means),
        bias_of_median=bias(found.p50s),
        patterns=_by_pattern(found, inside, known, sold),
        methods=_count([method for method, is_sold in zip(found.methods, sold, strict=True) if is_sold]),
    )


def _median_mase(said: Floats, actual: Floats, known: Bools, step: Floats) -> float | None:
    """Score products whose demand ever changed; without a step there is no unit to measure in."""
    scored = (step > 0) & known.any(axis=1)
    if not scored.any():
        return None
    misses = np.where(known, np.abs(said - actual), 0.0).sum(axis=1)[scored] / known.sum(axis=1)[scored]
    return round(float(np.median(misses / step[scored])), 4)


def _by_pattern(found: Forecast, inside: Bools, known: Bools, sold: Bools) -> dict[str, dict[str, float]]:
    rows = {kind: sold & (found.traits.pattern == kind) for kind in Pattern}
    return {
        kind.name.lower(): {
            "series": int(mine.sum()),
            "coverage_80": round(float(inside[mine].sum() / max(1, known[mine].sum())), 4),
        }
        for kind, mine in rows.items()
        if mine.any()
    }


def _count(names: list[str]) -> dict[str, int]:
    return {name: names.count(name) for name in sorted(set(names))}
