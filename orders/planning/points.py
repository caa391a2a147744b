"""What a rule can give: points and curves, and the levels of criteria. ``score`` evaluates them on columns."""

from __future__ import annotations

from dataclasses import dataclass

# Part of a grain that a value may lack and still count as on the step: 0.29 ÷ 0.01 is 28.999… in floating point.
LEVEL_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same points for every line that meets the condition."""

    points: float


@dataclass(frozen=True, slots=True)
class Linear:
    """``per_unit`` points for each unit above ``start``; ``cap`` bounds the size of the result."""

    per_unit: float
    start: float = 0.0
    cap: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The points of the last threshold that the value has reached; none below the first."""

    thresholds: tuple[float, ...]
    points: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Logistic:
    """An S-curve from 0 to ``maximum``, half of it at ``midpoint``; a negative steepness falls instead of rising."""

    midpoint: float
    steepness: float
    maximum: float


@dataclass(frozen=True, slots=True)
class ByValue:
    """Points per text value; ``default`` for every other value and for unknown."""

    values: tuple[tuple[str, float], ...]
    default: float = 0.0


@dataclass(frozen=True, slots=True)
class NumberLevels:
    """A criterion of a lexicographic policy: its number in steps of ``grain``, each worth ``weight`` points.

    Level 0 is unknown; known values have levels from 1, cut off at ``low`` and ``high``.
    """

    low: float
    high: float
    grain: float
    is_ascending: bool
    weight: int = 1

    @property
    def levels(self) -> int:
        """How many levels there are, unknown included."""
        return int((self.high - self.low) / self.grain + LEVEL_SLACK) + 2


@dataclass(frozen=True, slots=True)
class ValueLevels:
    """A criterion of a lexicographic policy: its texts in the author's own order, each worth ``weight`` points a place.

    The first is best. Level 0 is unknown, and every text that is not listed.
    """

    values: tuple[str, ...]
    weight: int = 1

    @property
    def levels(self) -> int:
        """How many levels there are, unlisted and unknown as one of them."""
        return len(self.values) + 1


Levels = NumberLevels | ValueLevels
Points = Fixed | Linear | Step | Logistic | ByValue | NumberLevels | ValueLevels
