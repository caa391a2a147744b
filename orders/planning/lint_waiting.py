"""Findings on what a policy says about lines that can wait, and on rules that outweigh a long wait."""

from __future__ import annotations

import math
from collections.abc import Iterator

from orders.planning.attributes import CATALOGUE
from orders.planning.lint_conditions import Finding, FindingKind, lint_condition, never_matches
from orders.planning.logic import ALWAYS, Logic
from orders.planning.points import ByValue, Fixed, Linear, Logistic, NumberLevels, Step, ValueLevels
from orders.planning.rules import Compare, Condition, FarFuture, Policy, Rule
from orders.planning.strategies import LONG_WAIT_POINTS, WITH_CRITERIA
from orders.planning.terms import DAYS_AHEAD

_PLACE = "far_future.when"


def wanted_later(far: FarFuture) -> Condition:
    """Return the condition that a line is wanted after the horizon; the linter asks about it beside the rule's own."""
    return Compare(DAYS_AHEAD, "gt", (float(far.horizon_days),))


def lint_far_future(far: FarFuture | None, logic: Logic) -> Iterator[Finding]:
    """Yield findings on the lines that are said to leave today's stock to others."""
    if far is None or far.when is None:
        return
    if not logic.possible(far.when):
        yield never_matches(far.when, _PLACE, logic)
    elif not logic.possible(far.when, wanted_later(far)):
        message = f"No line that meets it can be wanted more than {far.horizon_days:,} days ahead."
        yield Finding(_PLACE, FindingKind.NEVER_MATCHES, message, "Correct it, or the horizon.")
    elif logic.follows(far.when, wanted_later(far)):
        message = "Every line that is wanted so far ahead meets it."
        yield Finding(_PLACE, FindingKind.SHADOWED, message, "Leave the condition out, or correct it.")
    else:
        yield from lint_condition(far.when, _PLACE, logic, wanted_later(far))


def lint_long_wait(policy: Policy, logic: Logic) -> Iterator[Finding]:
    """Yield rules whose points reach those of a long wait, so that it does not go before all that is newer.

    Of points without a cap it is asked what one unit gives, or the most that the attribute can be if that is known.
    """
    if policy.starvation is None or policy.strategy in WITH_CRITERIA:
        return
    for i, rule in enumerate(policy.rules):
        if not rule.is_off and _range_of(rule) >= LONG_WAIT_POINTS and logic.possible(rule.when or ALWAYS):
            message = (
                f"Can move a line by {LONG_WAIT_POINTS:,.0f} points or more, which is what a long wait gives a day: "
                "it may go before lines that waited too long."
            )
            yield Finding(
                f"rules[{i}].points", FindingKind.CONTRADICTORY, message, "Give fewer points, or leave starvation out."
            )


def _range_of(rule: Rule) -> float:
    """Return how far apart two lines can be by a rule's points, as far as its curve says; whom it is not for has 0."""
    match rule.points:
        case Fixed(points):
            return abs(points) if rule.when else 0.0
        case Linear(per_unit, start, cap):
            return _range_of_line(abs(per_unit), CATALOGUE[rule.attribute].highest, start, cap)
        case Logistic(_, _, maximum):
            return abs(maximum)
        case Step(_, points):
            reached = (0.0, *points)
        case ByValue(values, default):
            reached = (0.0, default, *(points for _, points in values))
        case NumberLevels() | ValueLevels():
            return 0.0  # criteria, which a long wait goes before
    return max(reached) - min(reached)


def _range_of_line(per_unit: float, highest: float | None, start: float, cap: float | None) -> float:
    if highest is None:
        return per_unit if cap is None else cap * bool(per_unit)
    return min(per_unit * max(0.0, highest - start), math.inf if cap is None else cap)
