"""Criteria in order: the first that differs decides, exactly, whatever else is in the run."""

from __future__ import annotations

import math
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning import schema
from orders.planning.grammar import InvalidPolicyError, parse_policy
from orders.planning.linter import lint
from orders.planning.score import score_lines
from orders.planning.standing import PLACED_EARLIER, ahead
from orders.planning.types import Attribute
from tests.orders.planning.cases import Case, Line, Product, Source, arrays
from tests.orders.planning.documents import compare, policy
from tests.orders.planning.reading import run

TIERS = ("platinum", "gold", "silver", "standard")


def criterion(rule_id: str, attribute: str | None = None, **members: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"id": rule_id, "label": rule_id.capitalize()}
    return found | ({"attribute": attribute} if attribute else {}) | members


def lexicographic(*criteria: dict[str, Any]) -> dict[str, Any]:
    return policy(*criteria, strategy="lexicographic")


RUSH = criterion("rush", when=compare("order.expedited", "eq", True))
TIER = criterion("tier", "customer.tier", values=["gold", "silver", "platinum"])
LATE = criterion("late", "order.days_late", order="desc")
VALUE = criterion("value", "order.open_value", order="desc", grain=10, to=1000)
SMALL = criterion("small", "line.open_qty", order="asc")


def score(document: dict[str, Any], **columns: list[float]) -> list[float]:
    names = {"tier": "customer.tier", "late": "order.days_late", "value": "order.open_value", "qty": "line.open_qty"}
    attributes = {
        names[name]: Attribute(np.array(values, dtype=np.int64), TIERS)
        if name == "tier"
        else Attribute(np.array(values, dtype=np.float64))
        for name, values in columns.items()
    }
    found, points = score_lines(parse_policy(document), attributes, len(next(iter(columns.values()))))
    assert (points.sum(axis=1) == found).all()
    return found.tolist()


def test_an_own_order_of_values_counts_back_from_its_first():
    assert score(lexicographic(TIER), tier=[1, 2, 0, 3, -1]) == [3, 2, 1, 0, 0]


def test_numbers_count_in_grains_between_their_ends_and_unknown_is_last():
    values = [0, 9.99, 10, 995, 1000, 70_000, math.nan]

    assert score(lexicographic(VALUE), value=values) == [1, 1, 2, 100, 101, 101, 0]


def test_ascending_puts_the_least_first_and_unknown_still_last():
    ages = criterion("late", "order.days_late", order="asc", **{"from": 0, "to": 3})

    assert score(lexicographic(ages), late=[0, 3, -5, math.nan]) == [4, 1, 4, 0]


def test_grains_of_a_penny_are_counted_exactly():
    price = criterion("value", "order.open_value", order="desc", grain=0.01, to=1)

    assert score(lexicographic(price), value=[0.28, 0.29, 0.3]) == [29, 30, 31]


rows = st.lists(
    st.tuples(
        st.integers(-1, 3),
        st.one_of(st.just(math.nan), st.integers(-4000, 4000).map(float)),
        st.floats(0, 2000),
        st.integers(1, 200_000).map(float),
    ),
    min_size=1,
    max_size=12,
)


@given(rows)
def test_the_score_ranks_as_comparing_criterion_by_criterion(lines):
    tier, late, value, qty = (list(column) for column in zip(*lines, strict=True))
    found = score(lexicographic(TIER, LATE, VALUE, SMALL), tier=tier, late=late, value=value, qty=qty)

    def key(line: tuple[int, float, float, float]) -> tuple[float, ...]:
        place, days, pounds, units = line
        known = [1, 2, 0].index(place) if place in (0, 1, 2) else 3
        tens = math.floor(min(pounds, 1000) / 10 + 1e-6)
        return (
            -known,
            -math.inf if math.isnan(days) else min(max(days, -3650), 3650),
            tens,
            -min(units, 100_000),
        )

    for one, mine in zip(found, lines, strict=True):
        for other, theirs in zip(found, lines, strict=True):
            assert (one > other) == (key(mine) > key(theirs))
            assert (one == other) == (key(mine) == key(theirs))


def test_a_line_scores_the_same_whoever_is_beside_it():
    document = lexicographic(TIER, LATE)

    assert score(document, tier=[1], late=[5]) == score(document, tier=[1, 2, 0], late=[5, 900, -3])[:1]


def test_who_is_ahead_is_told_by_the_criterion_that_decided():
    case = Case(
        lines=(Line(1, 1, 1, 5, urgency=3), Line(2, 2, 1, 5, urgency=9), Line(3, 3, 1, 5, urgency=9, placed_at=-1)),
        sources=(Source(1, 15),),
        products=(Product(1),),
    )
    age = criterion("age", "order.age_days", order="desc")
    small = criterion("small", when=compare("order.age_days", "lt", 5))

    result = run(case, parse_policy(lexicographic(small, age)))
    backlog = arrays(case)[0]

    assert [(a.line_id, a.rule) for a in ahead(backlog, result, 2)] == [(3, PLACED_EARLIER), (1, 0)]
    result = run(case, parse_policy(lexicographic(age, small)))
    assert [(a.line_id, a.rule) for a in ahead(backlog, result, 1)] == [(2, 0), (3, 0)]


def test_all_forms_of_criteria_match_the_published_schema():
    document = lexicographic(RUSH, TIER, LATE, VALUE)
    jsonschema.validate(document, schema.SCHEMA)

    assert [rule.id for rule in parse_policy(document).rules] == ["rush", "tier", "late", "value"]


REFUSED = {
    "no criteria": (lexicographic(), "rules: must have at least one criterion"),
    "points": (
        lexicographic({**LATE, "points": {"type": "fixed", "points": 1}}),
        "rules[0].points: unknown member",
    ),
    "order of a text": (
        lexicographic(criterion("a", "customer.tier", order="asc")),
        "rules[0].order: does not fit customer.tier, a text attribute: list its values, best first",
    ),
    "values of a number": (
        lexicographic(criterion("a", "order.days_late", values=["1"])),
        "rules[0].values: do not fit order.days_late, a number attribute",
    ),
    "neither order nor values": (lexicographic(criterion("a", "order.days_late")), "rules[0].values: is missing"),
    "nothing at all": (lexicographic(criterion("a")), "rules[0].when: is missing"),
    "unknown order": (lexicographic({**LATE, "order": "up"}), "rules[0].order: must be one of asc, desc"),
    "unknown value": (lexicographic({**TIER, "values": ["bronze"]}), "rules[0].values[0]: must be one of platinum"),
    "listed twice": (lexicographic({**TIER, "values": ["gold", "gold"]}), "rules[0].values[1]: gold is listed twice"),
    "no grain": (lexicographic({**LATE, "grain": 0}), "rules[0].grain: must be above 0"),
    "no room": (lexicographic({**LATE, "from": 5, "to": 5}), "rules[0].to: must be above from, which is 5"),
    "same id": (lexicographic(LATE, {**TIER, "id": "late"}), "rules[1].id: late is used twice"),
    "too fine": (
        lexicographic({**VALUE, "grain": 1e-9, "to": 1e9}, LATE),
        "rules: the criteria tell",
    ),
}


@pytest.mark.parametrize(("document", "refusal"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_criteria_are_refused_with_their_place(document, refusal):
    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy(document)

    assert any(str(problem).startswith(refusal) for problem in refused.value.problems), refused.value.problems


LINTED = {
    "fine": (lexicographic(RUSH, TIER, LATE, VALUE), []),
    "decided already": (
        lexicographic(LATE, TIER, criterion("b", "order.days_late", order="asc", grain=7)),
        [("shadowed", "rules[2]")],
    ),
    "a finer one may still decide": (
        lexicographic(criterion("b", "order.days_late", order="asc", grain=7), LATE),
        [],
    ),
    "the same condition again": (lexicographic(RUSH, {**RUSH, "id": "b"}), [("shadowed", "rules[1]")]),
    "fewer of the same values": (
        lexicographic(TIER, criterion("b", "customer.tier", values=["silver"])),
        [("shadowed", "rules[1]")],
    ),
    "a value out of reach": (
        lexicographic({**TIER, "when": compare("customer.tier", "ne", "silver")}),
        [("never_matches", "rules[0].values[1]")],
    ),
    "unknown by condition": (
        lexicographic({**LATE, "when": compare("order.days_late", "is_unknown")}),
        [("dead", "rules[0]")],
    ),
    "everybody": (
        lexicographic(criterion("a", when=compare("order.age_days", "is_known"))),
        [("dead", "rules[0]"), ("shadowed", "rules[0].when")],
    ),
}


@pytest.mark.parametrize(("document", "expected"), LINTED.values(), ids=LINTED.keys())
def test_findings_on_criteria(document, expected):
    assert [(finding.kind.value, finding.place) for finding in lint(document)] == expected


def test_a_criterion_that_is_off_decides_nothing_and_takes_no_levels():
    document = lexicographic(TIER, LATE | {"off": True}, RUSH | {"off": True})

    jsonschema.validate(document, schema.SCHEMA)

    assert score(document, tier=[1, 2, 0, 3, -1]) == score(lexicographic(TIER), tier=[1, 2, 0, 3, -1])
    assert lint(document) == []
