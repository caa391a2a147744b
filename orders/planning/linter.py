"""Doubts about a policy that the grammar accepts: rules that cannot do what their author meant.

docs/planning.md, section Linter. A finding is advice, never a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from orders.planning.attributes import CATALOGUE
from orders.planning.grammar import read_written
from orders.planning.lint_conditions import Finding, FindingKind, lint_condition, never_matches
from orders.planning.lint_criteria import lint_criteria
from orders.planning.lint_points import direction, lint_points, probes
from orders.planning.lint_segments import lint_classes, lint_fair_share, lint_promises, lint_quotas, lint_segments
from orders.planning.lint_waiting import lint_far_future, lint_long_wait, wanted_later
from orders.planning.logic import ALWAYS, Logic
from orders.planning.points import ByValue
from orders.planning.reading import Json
from orders.planning.rules import Condition, Policy, Rule, comparisons
from orders.planning.strategies import WITH_CRITERIA
from orders.planning.wording import describe, named

__all__ = ["Finding", "FindingKind", "lint"]


def lint(document: Json) -> list[Finding]:
    """Return what is doubtful about a policy document, in its order; an empty list if nothing is.

    Raises InvalidPolicyError for a document that the grammar refuses. Exact but for conditions that branch absurdly
    (see ``logic``); attributes are taken as independent of each other.
    """
    policy = read_written(document)
    logic = Logic(_conditions(policy))
    found = list(_lint_rules(policy, logic))
    found += lint_segments(policy.segments, logic)
    found += lint_quotas(policy.quotas, logic)
    found += lint_promises(policy.promises, logic)
    found += lint_classes(policy.classes(), logic)
    found += lint_fair_share(policy.fair_share)
    found += lint_far_future(policy.far_future, logic)
    found += lint_long_wait(policy, logic)
    return sorted(found, key=lambda finding: _document_order(finding.place))


def _conditions(policy: Policy) -> Iterator[Condition]:
    """Yield every condition that questions will be asked about, those implied by curves and the like included."""
    yield from policy.conditions()
    if policy.far_future is not None:
        yield wanted_later(policy.far_future)
    for rule in policy.rules:
        yield from probes(rule)


def _lint_rules(policy: Policy, logic: Logic) -> Iterator[Finding]:
    alive: list[tuple[int, Rule]] = []
    for i, rule in enumerate(policy.rules):
        if rule.is_off:
            continue
        when = rule.when or ALWAYS
        if not logic.possible(when):
            yield never_matches(when, f"rules[{i}].when", logic)
            continue
        alive.append((i, rule))
        if _tells_of_the_day(rule):
            message = "Tells of the day alone, which is the same for every line: it moves no line past another."
            yield Finding(f"rules[{i}]", FindingKind.DEAD, message, "Let it give points by something of the line too.")
            continue
        if rule.when is not None and logic.follows(when):
            message = f"Every line meets “{describe(when)}”."
            yield Finding(f"rules[{i}].when", FindingKind.SHADOWED, message, "Leave the condition out, or correct it.")
        else:
            yield from lint_condition(when, f"rules[{i}].when", logic)
        yield from lint_points(rule, f"rules[{i}]", logic)
    if policy.strategy in WITH_CRITERIA:
        yield from lint_criteria(alive, logic)
        return
    for (i, one), (j, other) in combinations(alive, 2):
        yield from _compare_rules(one, other, i, j, logic)


def _tells_of_the_day(rule: Rule) -> bool:
    """Tell whether a rule reads something, and nothing that one line has and another has not."""
    read = {compare.attribute for compare in comparisons(rule.when or ALWAYS)} | {rule.attribute} - {""}
    return bool(read) and all(CATALOGUE[name].is_same_for_all for name in read)


def _compare_rules(one: Rule, other: Rule, i: int, j: int, logic: Logic) -> Iterator[Finding]:
    """Yield what is wrong with two rules beside each other: the same counted twice, or one undoing the other."""
    if one.attribute != other.attribute or not logic.same(one.when or ALWAYS, other.when or ALWAYS):
        return
    if one.points == other.points:
        message = f"Counts again what {named(one, i)} counts: same condition, same points."
        yield Finding(
            f"rules[{j}]", FindingKind.SHADOWED, message, "Remove one of them, or raise the points of the other."
        )
    elif _pull_apart(one, other):
        message = f"Pulls the same lines the other way than {named(one, i)}."
        yield Finding(
            f"rules[{j}]", FindingKind.CONTRADICTORY, message, "Keep one of them, or give them conditions that differ."
        )


def _pull_apart(one: Rule, other: Rule) -> bool:
    if isinstance(one.points, ByValue) and isinstance(other.points, ByValue):
        first, second = dict(one.points.values), dict(other.points.values)
        shared = sorted(first.keys() & second.keys())
        return any((first[a] - first[b]) * (second[a] - second[b]) < 0 for a, b in combinations(shared, 2))
    return direction(one.points) * direction(other.points) < 0


def _document_order(place: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[.\[\]]+", place) if part]
