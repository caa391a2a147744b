"""Findings on points: rules that add nothing, or the same to everybody, and parts of curves that no line reaches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from orders.planning.attributes import CATALOGUE, Kind
from orders.planning.lint_conditions import Finding, FindingKind
from orders.planning.logic import ALWAYS, Logic
from orders.planning.points import (
    ByValue,
    Fixed,
    Linear,
    Logistic,
    NumberLevels,
    Points,
    Step,
    ValueLevels,
)
from orders.planning.rules import AllOf, Compare, Condition, Not, Rule

_REMOVE = "Remove the rule, or correct its points."


def probes(rule: Rule) -> Iterator[Condition]:
    """Yield the conditions that ``lint_points`` asks about beside the rule's own."""
    points, attribute = rule.points, rule.attribute
    match points:
        case Linear():
            yield Compare(attribute, "gt", (points.start,))
        case Step():
            yield from _step_reaches(points, attribute)
        case Logistic():
            yield Compare(attribute, "is_known")
        case NumberLevels():
            yield Compare(attribute, "is_known")
        case ByValue():
            for text, _ in points.values:
                yield is_value(attribute, text)
        case ValueLevels():
            for text in points.values:
                yield is_value(attribute, text)


def lint_points(rule: Rule, place: str, logic: Logic) -> Iterator[Finding]:
    """Yield findings on the points of a rule whose condition some line can meet."""
    when, points = rule.when or ALWAYS, rule.points
    match points:
        case Fixed():
            if not points.points:
                yield _dead(place, "Gives 0 points.")
            elif logic.follows(when):
                yield _dead(place, "Gives every line the same points, which moves no line past another.")
        case Linear():
            if not points.per_unit:
                yield _dead(place, "Gives 0 points a unit.")
            elif not logic.possible(when, *probes(rule)):
                yield _dead(place, f"No line that it is for can be above {points.start:,.10g}, where the points begin.")
        case Logistic():
            if not points.maximum or not points.steepness:
                yield _dead(place, "The curve is flat: every value earns the same.")
            elif not logic.possible(when, *probes(rule)):
                yield _dead(
                    place, "The value is unknown for every line that it is for, and an unknown value earns nothing."
                )
        case Step():
            yield from _lint_steps(points, rule.attribute, when, place, logic)
        case ByValue():
            yield from _lint_values(points, rule.attribute, when, place, logic)


def direction(points: Points) -> int:
    """Return 1 where more of the attribute earns more points, −1 where it earns fewer, 0 where neither."""
    match points:
        case Fixed():
            slopes = [points.points]
        case Linear():
            slopes = [points.per_unit]
        case Logistic():
            slopes = [points.maximum * points.steepness]
        case Step():
            slopes = [after - before for before, after in pairwise((0.0, *points.points))]
        case ByValue() | NumberLevels() | ValueLevels():
            return 0
    rises, falls = any(slope > 0 for slope in slopes), any(slope < 0 for slope in slopes)
    return int(rises) - int(falls)


def _lint_steps(points: Step, attribute: str, when: Condition, place: str, logic: Logic) -> Iterator[Finding]:
    if not any(points.points):
        yield _dead(place, "Every step gives 0 points.")
        return
    reached = 0.0
    for i, (reach, earned) in enumerate(zip(_step_reaches(points, attribute), points.points, strict=True)):
        inside = f"{place}.points.steps[{i}]"
        if not logic.possible(when, reach):
            message = f"No line that the rule is for can be on the step that begins at {points.thresholds[i]:,.10g}."
            yield Finding(inside, FindingKind.NEVER_MATCHES, message, "Remove the step, or correct the condition.")
            continue
        if earned == reached:
            message = f"Gives {earned:,.10g} points, as lines below the step have already."
            yield Finding(inside, FindingKind.SHADOWED, message, "Remove the step, or change its points.")
        reached = earned


def _step_reaches(points: Step, attribute: str) -> Iterator[Condition]:
    for i, threshold in enumerate(points.thresholds):
        reach: Condition = Compare(attribute, "gte", (threshold,))
        if i + 1 < len(points.thresholds):
            reach = AllOf((reach, Compare(attribute, "lt", (points.thresholds[i + 1],))))
        yield reach


def _lint_values(points: ByValue, attribute: str, when: Condition, place: str, logic: Logic) -> Iterator[Finding]:
    reached = []
    for text, earned in points.values:
        if logic.possible(when, is_value(attribute, text)):
            reached.append(earned)
        else:
            message = f"No line that the rule is for can be {text}."
            advice = "Remove the value, or correct the condition."
            yield Finding(f"{place}.points.values.{text}", FindingKind.NEVER_MATCHES, message, advice)
    if logic.possible(when, *(_is_not_value(attribute, text) for text, _ in points.values)):
        reached.append(points.default)
    if len(set(reached)) == 1 and (not reached[0] or logic.follows(when)):
        yield _dead(place, "Every value that can occur earns the same points.")


def is_value(attribute: str, text: str) -> Compare:
    """Return the condition that a text or yes/no attribute has a value, written as policies write it."""
    if CATALOGUE[attribute].kind is Kind.YES_NO:
        return Compare(attribute, "eq", (float(text == "yes"),))
    return Compare(attribute, "eq", (text,))


def _is_not_value(attribute: str, text: str) -> Condition:
    return Not(is_value(attribute, text))


def _dead(place: str, message: str) -> Finding:
    return Finding(place, FindingKind.DEAD, message, _REMOVE)
