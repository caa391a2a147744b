"""A rule's points over the values of its attribute, as places to draw a line through."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from orders.planning.attributes import CATALOGUE, Kind

Points = dict[str, Any]

SAMPLES = 40
_FLAT_AT = 6.0  # of steepness × distance: a logistic curve is within 0.3 % of its end there


@dataclass(frozen=True, slots=True)
class Curve:
    """``path`` are (value, points) in ascending order of value; ``unit`` is that of the values."""

    path: tuple[tuple[float, float], ...]
    unit: str

    @property
    def ends(self) -> tuple[float, float]:
        """The first and the last value drawn."""
        return self.path[0][0], self.path[-1][0]

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest points, 0 among them."""
        points = [0.0, *(y for _, y in self.path)]
        return min(points), max(points)


def curve_of(rule: dict[str, Any]) -> Curve | None:
    """Return the curve of a rule that reads a number; None for others, and where numbers are missing or wrong."""
    spec, points = CATALOGUE.get(rule.get("attribute", "")), rule.get("points", {})
    if spec is None or spec.kind is not Kind.NUMBER:
        return None
    try:
        path = _path(points)
    except (LookupError, TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    low, high = spec.lowest, spec.highest
    path = [(x if low is None else max(x, low), y) for x, y in path]
    path = [(x if high is None else min(x, high), y) for x, y in path]
    return Curve(tuple(path), spec.unit) if len(path) > 1 and path[0][0] < path[-1][0] else None


def _path(points: Points) -> list[tuple[float, float]]:
    match points.get("type"):
        case "linear":
            return _linear(points["per_unit"] + 0.0, points.get("from", 0) + 0.0, points.get("cap"))
        case "step":
            return _steps(points["steps"])
        case "logistic":
            return _logistic(points["midpoint"] + 0.0, points["steepness"] + 0.0, points["max"] + 0.0)
    return []


def _linear(per_unit: float, start: float, cap: float | None) -> list[tuple[float, float]]:
    if cap is None:
        reach = max(abs(start), 30.0)
        return [(start - reach / 5, 0.0), (start, 0.0), (start + reach, per_unit * reach)]
    reach = cap / abs(per_unit)
    end = math.copysign(cap, per_unit)
    return [(start - reach / 4, 0.0), (start, 0.0), (start + reach, end), (start + reach * 1.5, end)]


def _steps(steps: list[list[float]]) -> list[tuple[float, float]]:
    margin = max((steps[-1][0] - steps[0][0]) / 4, 1.0)
    path, height = [(steps[0][0] - margin, 0.0)], 0.0
    for threshold, reached in steps:
        path += [(threshold + 0.0, height), (threshold + 0.0, reached + 0.0)]
        height = reached + 0.0
    return [*path, (steps[-1][0] + margin, height)]


def _logistic(midpoint: float, steepness: float, most: float) -> list[tuple[float, float]]:
    reach = _FLAT_AT / abs(steepness)
    places = [midpoint - reach + 2 * reach * i / SAMPLES for i in range(SAMPLES + 1)]
    return [(x, most / (1 + math.exp(-steepness * (x - midpoint)))) for x in places]
