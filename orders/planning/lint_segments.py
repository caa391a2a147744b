"""Findings on segments: which no line can reach, and which change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from orders.planning.lint_conditions import Finding, FindingKind, lint_condition, never_matches
from orders.planning.logic import ALWAYS, Logic
from orders.planning.rules import AnyOf, Guarantee, Segment


def lint_segments(segments: tuple[Segment, ...], logic: Logic) -> Iterator[Finding]:
    """Yield findings on the segments of a policy, of which a line belongs to the first that it meets."""
    for i, segment in enumerate(segments):
        when, place = segment.when or ALWAYS, f"segments[{i}]"
        before = AnyOf(tuple(other.when or ALWAYS for other in segments[:i]))
        if not logic.possible(when):
            yield never_matches(when, f"{place}.when", logic)
            continue
        if logic.follows(before, when):
            message = "Every line that it is for belongs to a segment before it."
            yield Finding(place, FindingKind.SHADOWED, message, "Move it up, or remove it.")
            continue
        yield from lint_condition(when, f"{place}.when", logic)
        if all(other.guarantee is Guarantee.REDISTRIBUTE for other in segments[i:]):
            message = "Lines of no segment are planned as redistribute too."
            yield Finding(place, FindingKind.DEAD, message, "Remove it.")
