"""Which candidate forecasts which series."""

from __future__ import annotations

import numpy as np

from inventory.forecasting.panel import Bools, Floats, Ints

_CLASS_WEIGHT = 3.0  # the class counts as much as three windows of the series' own
_NEVER = np.inf


def errors(means: Floats, actual: Floats, known: Bools, step: Floats) -> Floats:
    """Return root mean squared errors in units of ``step``: shape (n, candidates), NaN where there was no forecast.

    Squared errors ask for the mean. Absolute errors would choose whoever forecasts nothing, wherever most weeks are
    empty (Kolassa 2016, "Evaluating predictive count data distributions").
    """
    squares = np.where(known[:, :, None], (means - actual[:, :, None]) ** 2, 0.0)
    seen = np.maximum(known.sum(axis=1), 1)[:, None]
    return np.sqrt(squares.sum(axis=1) / seen) / np.where(step > 0, step, 1.0)[:, None]


def choose(windows: list[Floats], pattern: Ints) -> Ints:
    """Return each series' candidate: the least error over its back-test windows, drawn towards its pattern's mean.

    ``windows`` hold errors of shape (n, candidates). Three windows of one short series say little, so the pattern's
    mean error weighs as ``_CLASS_WEIGHT`` windows. Ties go to the first candidate.
    """
    stacked = np.stack(windows)
    scored = ~np.isnan(stacked)
    counts = scored.sum(axis=0)
    own = np.where(scored, stacked, 0.0).sum(axis=0) / np.maximum(counts, 1)
    relative = _relative(own, counts > 0)
    picked = np.zeros(len(pattern), dtype=np.int64)
    for kind in np.unique(pattern):
        rows = pattern == kind
        mine, seen = relative[rows], counts[rows]
        usual = _column_means(mine, seen > 0)
        blend = (mine * seen + np.where(np.isfinite(usual), usual, 0.0) * _CLASS_WEIGHT) / (seen + _CLASS_WEIGHT)
        blend[(seen == 0) & (seen.max(axis=1, keepdims=True) > 0)] = _NEVER
        blend[:, ~np.isfinite(usual)] = _NEVER
        picked[rows] = blend.argmin(axis=1)
    return picked


def _relative(own: Floats, scored: Bools) -> Floats:
    """Return errors relative to the series' mean over its candidates: 1 is as good as the others."""
    mean = np.where(scored, own, 0.0).sum(axis=1) / np.maximum(scored.sum(axis=1), 1)
    flat = np.where(mean > 0, mean, 1.0)[:, None]
    return np.where(scored, np.where(mean[:, None] > 0, own / flat, 1.0), 0.0)


def _column_means(values: Floats, scored: Bools) -> Floats:
    counts = scored.sum(axis=0)
    return np.where(counts > 0, values.sum(axis=0) / np.maximum(counts, 1), _NEVER)
