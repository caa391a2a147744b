"""Every kind of doubt, each with its place; and nothing to say about policies that mean what they say."""

from __future__ import annotations

import time
from typing import Any

import pytest

from orders.planning.grammar import InvalidPolicyError
from orders.planning.linter import FindingKind, lint
from orders.planning.presets import PRESETS
from tests.orders.planning.documents import by_value, compare, fixed, linear, policy, rule, step

GOLD, SILVER = compare("customer.tier", "eq", "gold"), compare("customer.tier", "eq", "silver")
LATE = compare("order.days_late", "gt", 0)
NOBODY = {"all": [GOLD, SILVER]}
PATIENT: dict[str, Any] = {"starvation": {"after_days": 60}}
VERY_LATE = compare("order.days_late", "gte", 10)


def found(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding.kind.value, finding.place) for finding in lint(document)]


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS.keys())
def test_presets_are_free_of_findings(preset):
    assert lint(preset) == []


CASES: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "two tiers at once": (policy(fixed("a", 5, {"all": [GOLD, SILVER]})), [("never_matches", "rules[0].when")]),
    "late and not": (
        policy(fixed("a", 5, {"all": [VERY_LATE, {"not": LATE}]})),
        [("never_matches", "rules[0].when")],
    ),
    "below the least value": (
        policy(fixed("a", 5, compare("line.open_qty", "lt", 1))),
        [("never_matches", "rules[0].when")],
    ),
    "unknown that is always known": (
        policy(fixed("a", 5, compare("order.age_days", "is_unknown"))),
        [("never_matches", "rules[0].when")],
    ),
    "a branch that cannot be": (
        policy(fixed("a", 5, {"any": [GOLD, {"all": [GOLD, SILVER]}]})),
        [("never_matches", "rules[0].when.any[1]")],
    ),
    "a branch that the parts around it exclude": (
        policy(fixed("a", 5, {"all": [LATE, {"any": [GOLD, compare("order.days_late", "lt", 0)]}]})),
        [("never_matches", "rules[0].when.all[1].any[1]")],
    ),
    "a branch inside another": (
        policy(fixed("a", 5, {"any": [LATE, VERY_LATE]})),
        [("shadowed", "rules[0].when.any[1]")],
    ),
    "a part that follows": (
        policy(fixed("a", 5, {"all": [LATE, VERY_LATE]})),
        [("shadowed", "rules[0].when.all[0]")],
    ),
    "said twice": (policy(fixed("a", 5, {"all": [GOLD, GOLD]})), [("shadowed", "rules[0].when.all[1]")]),
    "inside not": (
        policy(fixed("a", 5, {"not": {"any": [LATE, VERY_LATE]}})),
        [("shadowed", "rules[0].when.not.any[1]")],
    ),
    "a condition that everybody meets": (
        policy(linear("a", "order.days_late", 2, when={"any": [GOLD, {"not": GOLD}]})),
        [("shadowed", "rules[0].when")],
    ),
    "no points": (policy(fixed("a", 0, GOLD)), [("dead", "rules[0]")]),
    "the same for everybody": (policy(fixed("a", 10)), [("dead", "rules[0]")]),
    "flat line": (policy(linear("a", "order.days_late", 0)), [("dead", "rules[0]")]),
    "points begin where no line is": (
        policy(linear("a", "order.days_late", 2, when=compare("order.days_late", "lt", 0))),
        [("dead", "rules[0]")],
    ),
    "points of the unknown": (
        policy(linear("a", "order.days_late", 2, when=compare("order.days_late", "is_unknown"))),
        [("dead", "rules[0]")],
    ),
    "flat curve": (
        policy(rule(points={"type": "logistic", "midpoint": 3, "steepness": 0, "max": 50})),
        [("dead", "rules[0]")],
    ),
    "a curve of the unknown": (
        policy(
            rule(
                when=compare("order.days_late", "is_unknown"),
                points={"type": "logistic", "midpoint": 3, "steepness": 1, "max": 50},
            )
        ),
        [("dead", "rules[0]")],
    ),
    "steps of nothing": (policy(step("a", "order.days_late", [0, 0], [5, 0])), [("dead", "rules[0]")]),
    "a step that adds nothing": (
        policy(step("a", "order.days_late", [0, 5], [5, 5], [9, 7])),
        [("shadowed", "rules[0].points.steps[1]")],
    ),
    "a step out of reach": (
        policy(step("a", "order.days_late", [0, 5], [5, 9], when=compare("order.days_late", "lt", 5))),
        [("never_matches", "rules[0].points.steps[1]")],
    ),
    "a value out of reach": (
        policy(by_value("a", "customer.tier", when={"not": GOLD}, gold=9, silver=5)),
        [("never_matches", "rules[0].points.values.gold")],
    ),
    "values all alike": (
        policy(by_value("a", "order.expedited", yes=9, no=9)),
        [("dead", "rules[0]")],
    ),
    "counted twice": (
        policy(fixed("a", 5, GOLD), fixed("b", 5, {"not": {"not": GOLD}})),
        [("shadowed", "rules[1]")],
    ),
    "up and down": (
        policy(linear("a", "order.days_late", 3), linear("b", "order.days_late", -2)),
        [("contradictory", "rules[1]")],
    ),
    "plus and minus": (
        policy(fixed("a", 5, GOLD), fixed("b", -4, GOLD)),
        [("contradictory", "rules[1]")],
    ),
    "values the other way round": (
        policy(
            by_value("a", "customer.tier", gold=10, silver=5),
            by_value("b", "customer.tier", gold=1, silver=5),
        ),
        [("contradictory", "rules[1]")],
    ),
    "other conditions may pull apart": (
        policy(linear("a", "order.days_late", 3, when=GOLD), linear("b", "order.days_late", -2, when=SILVER)),
        [],
    ),
    "the day alone": (
        policy(fixed("a", 5, compare("time.weekday", "eq", "monday")), linear("b", "time.day_of_month", 2)),
        [("dead", "rules[0]"), ("dead", "rules[1]")],
    ),
    "the day alone, one after another": (
        policy(
            {"id": "a", "label": "A", "when": compare("time.is_working_day", "eq", False)},
            {"id": "b", "label": "B", "attribute": "customer.tier", "values": ["gold"]},
            strategy="lexicographic",
        ),
        [("dead", "rules[0]")],
    ),
    "the day beside something of the line": (
        policy(
            linear("a", "order.open_value", 2, when=compare("time.days_to_month_end", "lte", 2)),
            linear("b", "time.days_to_month_end", -2, when=GOLD),
            fixed("c", 5, {"all": [SILVER, compare("time.month", "in", ["november", "december"])]}),
            promises=[{"id": "p", "label": "P", "no_better": True, "when": compare("time.weekday", "eq", "friday")}],
        ),
        [],
    ),
    "beyond the last day of any month": (
        policy(
            fixed("a", 5, {"all": [GOLD, compare("time.day_of_month", "gt", 31)]}),
            fixed("b", 5, {"all": [SILVER, compare("time.days_to_month_end", "lte", 30)]}),
        ),
        [("never_matches", "rules[0].when"), ("shadowed", "rules[1].when.all[1]")],
    ),
    "above the best rating": (
        policy(fixed("a", 5, compare("customer.rating", "gt", 5))),
        [("never_matches", "rules[0].when")],
    ),
    "told a day today": (
        policy(fixed("a", 5, compare("plan.days_since_told", "lt", 1))),
        [("never_matches", "rules[0].when")],
    ),
    "two days of the week at once": (
        policy(fixed("a", 5, {"all": [compare("time.weekday", "eq", day) for day in ("monday", "friday")]})),
        [("never_matches", "rules[0].when")],
    ),
    "nobody who can wait": (
        policy(far_future={"horizon_days": 28, "when": {"all": [GOLD, SILVER]}}),
        [("never_matches", "far_future.when")],
    ),
    "wanted sooner than the horizon": (
        policy(far_future={"horizon_days": 28, "when": compare("order.days_to_requested", "lte", 28)}),
        [("never_matches", "far_future.when")],
    ),
    "wanted later, as the horizon says": (
        policy(far_future={"horizon_days": 28, "when": compare("order.days_to_requested", "gt", 7)}),
        [("shadowed", "far_future.when")],
    ),
    "a part that the horizon says": (
        policy(far_future={"horizon_days": 28, "when": {"all": [GOLD, compare("order.days_to_requested", "gt", 7)]}}),
        [("shadowed", "far_future.when.all[1]")],
    ),
    "some can wait": (policy(far_future={"horizon_days": 28, "when": GOLD}), []),
    "all can wait": (policy(far_future={"horizon_days": 28}), []),
    "entries that nobody meets": (
        policy(
            segments=[{"id": "s", "label": "S", "guarantee": "win", "when": NOBODY}],
            promises=[{"id": "p", "label": "P", "no_worse": True, "when": NOBODY}],
        ),
        [("never_matches", "promises[0].when"), ("never_matches", "segments[0].when")],
    ),
    "a quota of nobody": (
        policy(quotas=[{"id": "q", "label": "Q", "at_most": {"units": 5}, "when": NOBODY}]),
        [("never_matches", "quotas[0].when")],
    ),
    "a class of nobody": (
        policy(
            strategy="demand_forecast",
            forecast={"horizon_days": 28, "history_weeks": 26, "classes": [{"id": "c", "label": "C", "when": NOBODY}]},
        ),
        [("never_matches", "forecast.classes[0].when")],
    ),
    "a share of the day": (policy(fair_share="time.weekday"), [("dead", "fair_share")]),
    "a share of each customer": (policy(fair_share="customer.code"), []),
    "as much as a long wait": (
        policy(
            fixed("a", 1e6, GOLD),
            fixed("b", -1e6, SILVER),
            linear("c", "order.open_value", 1e6),
            linear("d", "order.days_late", 3, cap=1e6),
            linear("e", "customer.rating", 250_000, **{"from": 1}),
            step("f", "order.days_late", [0, -5e5], [9, 5e5]),
            by_value("g", "customer.tier", gold=999_999, silver=-1),
            rule("h", "line.open_qty", points={"type": "logistic", "midpoint": 3, "steepness": 1, "max": 1e6}),
            **PATIENT,
        ),
        [("contradictory", f"rules[{i}].points") for i in range(8)],
    ),
    "less than a long wait": (
        policy(
            fixed("a", 999_999, GOLD),
            linear("c", "order.open_value", 999_999),
            linear("d", "order.days_late", 3, cap=999_999),
            linear("e", "customer.rating", 249_999, **{"from": 1}),
            by_value("g", "customer.tier", gold=999_998, silver=-1),
            fixed("h", 1e9, GOLD) | {"off": True},
            **PATIENT,
        ),
        [],
    ),
    "no wait is too long": (policy(fixed("a", 1e6, GOLD)), []),
    "a long wait before all criteria": (
        policy({"id": "a", "label": "A", "when": GOLD}, strategy="lexicographic", **PATIENT),
        [],
    ),
    "findings in the order of the document": (
        policy(*[fixed(f"r{i}", 0, compare("line.position", "eq", i)) for i in range(11)]),
        [("dead", f"rules[{i}]") for i in range(11)],
    ),
}


@pytest.mark.parametrize(("document", "expected"), CASES.values(), ids=CASES.keys())
def test_findings(document, expected):
    assert found(document) == expected


def test_every_kind_is_covered():
    assert {kind for _, expected in CASES.values() for kind, _ in expected} == {kind.value for kind in FindingKind}


def test_a_finding_says_what_excludes_what_and_what_to_do():
    (finding,) = lint(policy(fixed("a", 5, {"all": [LATE, GOLD, SILVER]})))

    assert finding.message == "No line can meet both “Customer tier is gold” and “Customer tier is silver”."
    assert finding.advice == "Correct one of the two, or join them with any."


def test_a_document_that_the_grammar_refuses_is_refused():
    with pytest.raises(InvalidPolicyError):
        lint({"version": 1})


def test_the_largest_policy_is_read_in_a_moment():
    codes = [compare("customer.code", "ne", f"c{i}") for i in range(4)]
    rules = [
        linear(f"r{i}", "order.days_late", i + 1, when={"any": [*codes[:3], compare("line.position", "eq", i)]})
        for i in range(50)
    ]

    start = time.perf_counter()
    lint(policy(*rules))

    assert time.perf_counter() - start < 30  # takes about a second; this catches a search that does not end


def test_a_finding_names_another_rule_as_the_list_does():
    twice = policy(linear("age", "order.age_days", 2, label="Age, counted once"), linear("b", "order.age_days", 2))

    assert [finding.message for finding in lint(twice)] == [
        "Counts again what rule 1, “Age, counted once” counts: same condition, same points."
    ]
