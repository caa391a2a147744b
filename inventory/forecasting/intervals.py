"""Intervals from what really happened: split-conformal, pooled over products with the same rhythm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inventory.forecasting.panel import Bools, Floats, Ints
from inventory.forecasting.patterns import Pattern

COVERAGE = 0.8
_BINS = 8
_FEWEST_POINTS = 100
_FLOOR = 0.02  # of a selling week: keeps ratios finite where a model forecasts nothing
_UNCALIBRATED = (0.0, 1.0, 2.5)


@dataclass(frozen=True, slots=True)
class Point:
    """What a forecast is calibrated by, one value a product: share of empty weeks, pattern, mean selling week."""

    zero_share: Floats
    pattern: Ints
    size: Floats

    def base(self, means: Floats) -> Floats:
        """Return the forecasts that ratios refer to, shape (n, horizon)."""
        return means + _FLOOR * self.size[:, None]


Outcome = tuple[Point, Floats, Floats, Bools]


@dataclass(frozen=True, slots=True)
class Bands:
    """Ratios of actual demand to forecast at 10 %, 50 % and the upper end, one row a group."""

    edges: Floats
    ratios: Floats
    is_calibrated: bool

    def groups(self, point: Point) -> Ints:
        few_or_new = len(self.edges) + 1 + (point.pattern - Pattern.FEW)
        return np.where(point.pattern < Pattern.FEW, np.digitize(point.zero_share, self.edges), few_or_new)

    def around(self, means: Floats, point: Point) -> tuple[Floats, Floats, Floats]:
        """Return low, median and high of each week: 0 ≤ low ≤ median ≤ high, and the mean never above high."""
        low, middle, high = (self.ratios[self.groups(point)][:, None, :] * point.base(means)[:, :, None]).T
        top = np.maximum(high.T, means)
        middle = np.minimum(middle.T, top)
        return np.minimum(low.T, middle), middle, top


def learn(points: list[Outcome]) -> Bands:
    """Learn ratios from back-test windows of (point, means, actual, known), the last three of shape (n, horizon).

    Groups are bins of equal size by share of empty weeks, then FEW, then NEW; a group of fewer than 100 values takes
    everybody's. Where a tenth of the weeks or more are empty the interval begins at 0, and its upper end is set so that
    it holds 80 % together with the empty weeks: not the 90 % point. O(points log points).
    """
    if not points:
        return Bands(np.zeros(0), np.tile(_UNCALIBRATED, (3, 1)), is_calibrated=False)
    shares = np.concatenate([point.zero_share[point.pattern < Pattern.FEW] for point, *_ in points])
    cuts = np.quantile(shares, np.linspace(0, 1, _BINS + 1)[1:-1]) if len(shares) else np.zeros(0)
    # Several quantiles at 0 are one group: products that sell every week.
    edges = np.unique(cuts)[1:] if len(cuts) else cuts
    bands = Bands(edges, np.zeros((len(edges) + 3, 3)), is_calibrated=True)
    found = [_ratios(bands, window) for window in points]
    groups, values = (np.concatenate(column) for column in zip(*found, strict=True))
    if len(values) < _FEWEST_POINTS:
        return Bands(np.zeros(0), np.tile(_UNCALIBRATED, (3, 1)), is_calibrated=False)
    for group in range(len(bands.ratios)):
        mine = values[groups == group]
        bands.ratios[group] = _ends(mine if len(mine) >= _FEWEST_POINTS else values)
    return bands


def _ratios(bands: Bands, window: Outcome) -> tuple[Ints, Floats]:
    point, means, actual, known = window
    base = point.base(means)
    usable = known & (base > 0)
    groups = np.broadcast_to(bands.groups(point)[:, None], base.shape)
    return groups[usable], actual[usable] / base[usable]


def _ends(ratios: Floats) -> tuple[float, float, float]:
    low, middle = np.quantile(ratios, [(1 - COVERAGE) / 2, 0.5])
    below = float((ratios < low).mean())
    return float(low), float(middle), float(np.quantile(ratios, min(1.0, COVERAGE + below)))
