"""What may be told and when: each cause, and that no sequence of plans makes a told date flicker."""

from __future__ import annotations

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning import schema
from orders.planning.governance import Cause, Governed, Standing, govern, promise_rules_of
from orders.planning.grammar import InvalidPolicyError, parse_policy
from orders.planning.linter import lint
from orders.planning.rules import PromiseRule
from orders.planning.types import NO_DAY, Attribute
from tests.orders.planning.cases import TODAY
from tests.orders.planning.checking import checked
from tests.orders.planning.documents import compare, linear, policy

CALM = PromiseRule(
    "all",
    "Calm",
    min_earlier_days=3,
    min_later_days=1,
    cool_down_days=4,
    freeze_days=2,
    urgent_days=7,
    only_when_sure=True,
)
STICKY = PromiseRule("sticky", "Sticky", no_better=True, no_worse=True)


def days(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def once(rule: PromiseRule | None, day: int, told_on: int, p50: int, p90: int = 0, today: int = TODAY) -> Governed:
    index = np.array([-1 if rule is None else 0], dtype=np.int16)
    return govern(Standing(days(day), days(told_on)), days(p50), days(p90 or p50), (rule or CALM,), index, today)


LONG_AGO, SOON, FAR = TODAY - 30, TODAY + 1, TODAY + 20
CASES = {
    "first": (CALM, (NO_DAY, NO_DAY, FAR), Cause.FIRST),
    "nobody knows yet": (CALM, (NO_DAY, NO_DAY, NO_DAY), Cause.SAME),
    "nobody can say": (CALM, (FAR, LONG_AGO, NO_DAY), Cause.KEPT_UNKNOWN),
    "same": (CALM, (FAR, LONG_AGO, FAR), Cause.SAME),
    "no better": (STICKY, (FAR, LONG_AGO, FAR - 9), Cause.KEPT_NO_BETTER),
    "no worse": (STICKY, (FAR, LONG_AGO, FAR + 90), Cause.KEPT_NO_WORSE),
    "no worse, passed": (STICKY, (TODAY - 1, LONG_AGO, FAR), Cause.KEPT_NO_WORSE),
    "passed": (CALM, (TODAY - 1, TODAY - 2, TODAY), Cause.PASSED),
    "urgent": (CALM, (SOON, TODAY - 1, SOON + 7), Cause.WORSE),
    "small and earlier": (CALM, (FAR, LONG_AGO, FAR - 2), Cause.KEPT_SMALL),
    "frozen": (CALM, (SOON, LONG_AGO, SOON + 6), Cause.KEPT_FROZEN),
    "cool-down": (CALM, (FAR, TODAY - 3, FAR + 6), Cause.KEPT_COOL_DOWN),
    "after the cool-down": (CALM, (FAR, TODAY - 4, FAR + 6), Cause.WORSE),
    "unsure": (CALM, (FAR, LONG_AGO, FAR - 5, FAR), Cause.KEPT_UNSURE),
    "sure": (CALM, (FAR, LONG_AGO, FAR - 5, FAR - 1), Cause.BETTER),
    "no rule, later": (None, (FAR, TODAY, FAR + 1), Cause.WORSE),
    "no rule, earlier": (None, (FAR, TODAY, FAR - 1, FAR + 50), Cause.BETTER),
}


@pytest.mark.parametrize(("rule", "given_", "cause"), CASES.values(), ids=CASES.keys())
def test_causes(rule, given_, cause):
    governed = once(rule, *given_)

    told = cause in (Cause.FIRST, Cause.BETTER, Cause.WORSE, Cause.PASSED)
    assert Cause(governed.cause[0]) == cause
    assert governed.changed[0] == told
    assert governed.day[0] == (given_[2] if told else given_[0])


def test_every_cause_is_covered():
    assert {cause for _, _, cause in CASES.values()} == set(Cause)


def test_the_worked_example_of_the_docs():
    first = TODAY  # the 1st
    standing, told_on = first + 19, first
    told = []
    for day, p50 in ((1, 21), (2, 27), (3, 19), (6, 19)):
        governed = once(CALM, standing, told_on, first + p50, today=first + day)
        told.append(Cause(governed.cause[0]).name)
        if governed.changed[0]:
            standing, told_on = int(governed.day[0]), first + day

    assert told == ["KEPT_COOL_DOWN", "WORSE", "KEPT_COOL_DOWN", "BETTER"]


rules = st.builds(
    PromiseRule,
    id=st.just("a"),
    label=st.just("A"),
    no_better=st.booleans(),
    no_worse=st.booleans(),
    only_when_sure=st.booleans(),
    min_earlier_days=st.integers(0, 4),
    min_later_days=st.integers(0, 4),
    cool_down_days=st.integers(0, 5),
    freeze_days=st.integers(0, 5),
    urgent_days=st.sampled_from([0, 0, 3, 8]),
)
plans = st.lists(
    st.tuples(st.integers(0, 2), st.one_of(st.just(None), st.integers(0, 15)), st.integers(0, 9)),
    min_size=1,
    max_size=30,
)


@checked
@given(rules, plans)
def test_a_told_date_never_flickers(rule: PromiseRule, sequence: list[tuple[int, int | None, int]]):
    today, standing, told_on = TODAY, NO_DAY, NO_DAY
    for later, ahead, spread in sequence:
        today += later
        p50 = NO_DAY if ahead is None else today + ahead
        governed = once(rule, standing, told_on, p50, p50 + spread if p50 else NO_DAY, today)
        day, cause = int(governed.day[0]), Cause(governed.cause[0])

        if cause in (Cause.BETTER, Cause.WORSE):
            change = day - standing
            assert not (rule.no_better and change < 0)
            assert not (rule.no_worse and change > 0)
            if not (rule.urgent_days and change >= rule.urgent_days):
                assert abs(change) >= (rule.min_earlier_days if change < 0 else rule.min_later_days)
                assert today - told_on >= rule.cool_down_days
                assert standing - today >= rule.freeze_days
        if cause == Cause.PASSED:
            assert standing < today <= day
        assert governed.changed[0] == (day != standing)
        if governed.changed[0]:
            again = once(rule, day, today, p50, p50 + spread, today)
            assert not again.changed[0]
            standing, told_on = day, today


@checked
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-3, 3)), min_size=1, max_size=40))
def test_plans_that_sway_less_than_the_least_change_are_never_told(sequence: list[tuple[int, int]]):
    rule = PromiseRule("a", "A", min_earlier_days=4, min_later_days=4)

    causes = {int(once(rule, FAR, LONG_AGO, FAR + sway).cause[0]) for _, sway in sequence}

    assert causes <= {Cause.SAME, Cause.KEPT_SMALL}


def promises(*entries: dict) -> dict:
    return policy(linear("late", "order.days_late", 2), promises=list(entries))


def entry(name: str = "a", **members) -> dict:
    return {"id": name, "label": "A", **members}


GOLD = compare("customer.tier", "eq", "gold")


def test_promise_rules_are_read_and_chosen_in_order():
    document = promises(entry(when=GOLD, no_worse=True), entry("b", min_later_days=2, only_when_sure=True))
    jsonschema.validate(document, schema.SCHEMA)
    parsed = parse_policy(document)
    tiers = Attribute(np.array([1, 2, -1]), ("platinum", "gold", "silver"))

    assert parsed.promises[1] == PromiseRule("b", "A", min_later_days=2, only_when_sure=True)
    assert "customer.tier" in parsed.attributes()
    assert promise_rules_of(parsed.promises, {"customer.tier": tiers}, 3).tolist() == [0, 1, 1]
    assert promise_rules_of((), {}, 2).tolist() == [-1, -1]


REFUSED = {
    "days": (promises(entry(freeze_days=-1)), "promises[0].freeze_days: must be whole days from 0 to 3650"),
    "half a day": (promises(entry(freeze_days=1.5)), "promises[0].freeze_days: must be whole days"),
    "true days": (promises(entry(freeze_days=True)), "promises[0].freeze_days: must be whole days"),
    "switch": (promises(entry(no_worse=1)), "promises[0].no_worse: must be true or false, not a number"),
    "unknown member": (promises(entry(sticky=True)), "promises[0].sticky: unknown member"),
    "same id": (promises(entry(), entry()), "promises[1].id: a is used twice"),
    "none": (promises(), "promises: must have 1 to 20 entries"),
}


@pytest.mark.parametrize(("document", "refusal"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_promise_rules_are_refused_with_their_place(document, refusal):
    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy(document)

    assert any(str(problem).startswith(refusal) for problem in refused.value.problems), refused.value.problems


LINTED = {
    "fine": (promises(entry(when=GOLD, no_worse=True), entry("b", min_later_days=2)), []),
    "after everybody": (
        promises(entry(no_worse=True), entry("b", when=GOLD, no_better=True)),
        [("shadowed", "promises[1]")],
    ),
    "free": (promises(entry(no_worse=True, when=GOLD), entry("b")), [("dead", "promises[1]")]),
    "urgent for nobody": (promises(entry(no_worse=True, urgent_days=3)), [("dead", "promises[0].urgent_days")]),
}


@pytest.mark.parametrize(("document", "expected"), LINTED.values(), ids=LINTED.keys())
def test_findings_on_promise_rules(document, expected):
    assert [(finding.kind.value, finding.place) for finding in lint(document)] == expected
