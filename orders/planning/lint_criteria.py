"""Findings on the criteria of a lexicographic policy: what an earlier criterion has decided, and what no line has."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from orders.planning.lint_conditions import Finding, FindingKind
from orders.planning.lint_points import is_value, probes
from orders.planning.logic import ALWAYS, Logic
from orders.planning.points import Fixed, NumberLevels, ValueLevels
from orders.planning.rules import Rule
from orders.planning.wording import named


def lint_criteria(rules: list[tuple[int, Rule]], logic: Logic) -> Iterator[Finding]:
    """Yield findings on criteria that some line can meet, given with their places in the policy."""
    for i, rule in rules:
        yield from _lint_reach(rule, f"rules[{i}]", logic)
    for (i, earlier), (j, later) in combinations(rules, 2):
        alike = earlier.attribute == later.attribute and _tells_all(earlier, later)
        if alike and logic.same(earlier.when or ALWAYS, later.when or ALWAYS):
            message = f"Lines that are equal by {named(earlier, i)} are equal by this one: it decides nothing."
            yield Finding(f"rules[{j}]", FindingKind.SHADOWED, message, "Remove it, or put it before the other.")


def _lint_reach(rule: Rule, place: str, logic: Logic) -> Iterator[Finding]:
    when = rule.when or ALWAYS
    if isinstance(rule.points, NumberLevels) and not logic.possible(when, *probes(rule)):
        message = "The value is unknown for every line that it is for."
        yield Finding(place, FindingKind.DEAD, message, "Remove it, or correct the condition.")
    if isinstance(rule.points, ValueLevels):
        for i, text in enumerate(rule.points.values):
            if not logic.possible(when, is_value(rule.attribute, text)):
                message = f"No line that the criterion is for can be {text}."
                advice = "Remove the value, or correct the condition."
                yield Finding(f"{place}.values[{i}]", FindingKind.NEVER_MATCHES, message, advice)


def _tells_all(earlier: Rule, later: Rule) -> bool:
    """Return whether values that the later criterion tells apart differ by the earlier one already."""
    match earlier.points, later.points:
        case Fixed(), Fixed():
            return True
        case NumberLevels() as fine, NumberLevels() as coarse:
            inside = fine.low <= coarse.low and coarse.high <= fine.high
            offset, ratio = (coarse.low - fine.low) / fine.grain, coarse.grain / fine.grain
            return inside and offset.is_integer() and ratio.is_integer()
        case ValueLevels(known), ValueLevels(listed):
            return set(listed) <= set(known)
    return False
