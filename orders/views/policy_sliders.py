"""Sliders for the weight of rules: on one scale where they can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orders.drafting.points import top, weight
from orders.drafting.words import per_what

Document = dict[str, Any]

_OUTLIER = 4.0  # times the median: a slider of its own, so that the others can still be told apart


@dataclass(frozen=True, slots=True)
class Slider:
    """How much a rule weighs. ``highest`` is the right end, equal for rules that can be compared."""

    value: float
    highest: float
    step: float
    share: str
    is_negative: bool
    unit: str


def sliders(entries: Sequence[Document]) -> list[Slider | None]:
    """Return a slider for each rule. All share one scale, but for rules that tower over the others."""
    weights = [abs(weight(entry.get("points", {}))) for entry in entries if top(entry.get("points", {})) is not None]
    middle = sorted(weights)[len(weights) // 2] if weights else 0
    usual = max([size for size in weights if size <= _OUTLIER * middle], default=middle)
    return [_slider(entry, usual) for entry in entries]


def _slider(entry: Document, usual: float) -> Slider:
    points = entry.get("points", {})
    value = weight(points)
    is_bounded = top(points) is not None
    highest = _nice(max(usual * 1.2, abs(value))) if is_bounded else _nice(max(abs(value) * 4, 5))
    return Slider(
        value=abs(value),
        highest=highest,
        step=_nice(highest / 100) if highest < 100 else 1 if highest < 1000 else 10,
        share=f"{min(abs(value) / highest, 1) * 100:.1f}",
        is_negative=value < 0,
        unit="" if is_bounded else per_what(entry),
    )


def _nice(size: float) -> float:
    """Return the next 1, 2, 4, 5 or 10 times a power of ten."""
    if size <= 0:
        return 10
    power = 1.0
    while power * 10 <= size:
        power *= 10
    while power > size:
        power /= 10
    return next(power * times for times in (1, 2, 4, 5, 10) if power * times >= size)
