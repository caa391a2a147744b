"""What a strategy makes of the rules that a person wrote: weights for criteria, and rules of its own beside them."""

from __future__ import annotations

from dataclasses import replace

from orders.planning.attributes import CATALOGUE, DAYS_OF_COVER, EXPECTED_COST
from orders.planning.criteria import weigh_criteria
from orders.planning.points import Fixed, Linear, NumberLevels
from orders.planning.reading import Report
from orders.planning.rules import AllOf, Compare, DemandClass, Not, Policy, Rule

AGE = "order.age_days"
# A day of waiting beyond the limit outweighs whatever else scores; ten years of it still add up exactly to a millionth.
LONG_WAIT_POINTS = 1e6
WITH_CRITERIA = ("lexicographic", "demand_forecast")


def complete(policy: Policy, report: Report) -> Policy:
    """Return the policy as runs plan by it, from the policy as written. docs/planning.md, section Strategies."""
    match policy.strategy:
        case "lexicographic":
            if not policy.rules:
                report.add("rules", "must have at least one criterion")
            return replace(policy, rules=weigh_criteria((*_by_long_wait(policy), *policy.rules), report))
        case "demand_forecast":
            criteria = (*_by_long_wait(policy), *_by_class(policy.classes()), *policy.rules, *_by_cover(policy.rules))
            return replace(policy, rules=weigh_criteria(criteria, report))
        case "automated":
            fall_back = map(_as_fall_back, policy.rules)
            return replace(policy, rules=(_by_expected_cost(), *fall_back, *_by_long_wait(policy)))
    return replace(policy, rules=(*policy.rules, *_by_long_wait(policy)))


def _by_long_wait(policy: Policy) -> list[Rule]:
    """Return the rule that puts lines which waited too long before all newer ones, the oldest first."""
    if policy.starvation is None:
        return []
    days = policy.starvation.after_days
    label, old_enough = f"Waited {days} days or more", Compare(AGE, "gte", (float(days),))
    if policy.strategy in WITH_CRITERIA:
        longest = max(CATALOGUE[AGE].usual[1], days + 1.0)
        return [Rule("long_wait", label, AGE, NumberLevels(days, longest, 1.0, is_ascending=False), old_enough)]
    return [Rule("long_wait", label, AGE, Linear(LONG_WAIT_POINTS, days - 1.0), old_enough)]


def _by_class(classes: tuple[DemandClass, ...]) -> list[Rule]:
    """Return one criterion a class: its lines come before those of all classes after it."""
    before = [Not(entry.when) for entry in classes]
    return [
        Rule(f"class_{entry.id}", entry.label, "", Fixed(1.0), AllOf((*before[:i], entry.when)))
        for i, entry in enumerate(classes)
    ]


def _by_cover(written: tuple[Rule, ...]) -> list[Rule]:
    """Return the criterion that products which run short soonest come first, unless the author placed one."""
    if any(rule.attribute == DAYS_OF_COVER for rule in written):
        return []
    spec = CATALOGUE[DAYS_OF_COVER]
    low, high, grain = spec.usual
    return [Rule("cover", spec.label, spec.name, NumberLevels(low, high, grain, is_ascending=True))]


def _by_expected_cost() -> Rule:
    spec = CATALOGUE[EXPECTED_COST]
    return Rule("expected_cost", spec.label, spec.name, Linear(1.0))


def _as_fall_back(rule: Rule) -> Rule:
    """Return the rule for lines that no model says anything about."""
    unknown = Compare(EXPECTED_COST, "is_unknown")
    return rule if rule.is_off else replace(rule, when=AllOf((unknown, rule.when)) if rule.when else unknown)
