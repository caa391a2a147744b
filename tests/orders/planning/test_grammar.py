"""What the grammar accepts and refuses, each refusal with its place."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest

from orders.planning import schema
from orders.planning.attributes import CATALOGUE
from orders.planning.grammar import InvalidPolicyError, parse_policy
from orders.planning.points import Fixed, Linear
from orders.planning.presets import BALANCED_PRIORITY, PRESETS
from orders.planning.rules import AllOf, Compare, Not


def policy(*rules: dict[str, Any], strategy: str = "priority") -> dict[str, Any]:
    return {"version": 1, "strategy": strategy, "rules": list(rules)}


def rule(**changes: Any) -> dict[str, Any]:
    members = {
        "id": "late",
        "label": "Late",
        "attribute": "order.days_late",
        "points": {"type": "linear", "per_unit": 2},
    }
    members.update(changes)
    return {name: value for name, value in members.items() if value is not None}


def points(**members: Any) -> dict[str, Any]:
    return policy(rule(points=members))


def when(condition: Any) -> dict[str, Any]:
    return policy(rule(when=condition))


def compare(attribute: str, op: str, *value: Any) -> dict[str, Any]:
    return {"attribute": attribute, "op": op, **({"value": value[0]} if value else {})}


def nested(depth: int) -> dict[str, Any]:
    condition = compare("line.open_qty", "gt", 1)
    for _ in range(depth - 1):
        condition = {"not": condition}
    return condition


def refusals(document: Any) -> list[str]:
    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy(document)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS.keys())
def test_presets_parse_and_match_the_published_schema(preset):
    jsonschema.validate(preset, schema.SCHEMA)

    assert parse_policy(preset).strategy == preset["strategy"]


def test_a_parsed_policy_names_the_columns_it_reads():
    assert parse_policy(BALANCED_PRIORITY).attributes() == {
        "customer.tier",
        "order.age_days",
        "order.days_late",
        "order.days_to_requested",
        "order.expedited",
        "order.open_value",
    }


def test_every_part_of_the_grammar_is_read():
    condition = {
        "all": [
            compare("customer.tier", "in", ["gold", "silver"]),
            {"any": [compare("order.age_days", "between", [1, 5]), compare("customer.zone", "is_unknown")]},
            {"not": compare("order.expedited", "eq", True)},
        ]
    }
    document = policy(rule(when=condition, points={"type": "linear", "per_unit": 2, "from": 1, "cap": 9}))
    jsonschema.validate(document, schema.SCHEMA)

    parsed = parse_policy(document).rules[0]

    assert parsed.points == Linear(2.0, 1.0, 9.0)
    assert isinstance(parsed.when, AllOf)
    assert parsed.when.parts[0] == Compare("customer.tier", "in", ("gold", "silver"))
    assert parsed.when.parts[2] == Not(Compare("order.expedited", "eq", (1.0,)))


REFUSED = {
    "not an object": ([], ": must be an object, not a list"),
    "version": ({**policy(), "version": 2}, "version: must be 1"),
    "version true": ({**policy(), "version": True}, "version: must be 1"),
    "strategy": (policy(strategy="magic"), "strategy: must be one of fifo, priority"),
    "missing rules": ({"version": 1, "strategy": "fifo"}, "rules: is missing"),
    "unknown member": ({**policy(), "eval": "1"}, "eval: unknown member"),
    "fifo with rules": (policy(rule(), strategy="fifo"), "rules: must be empty"),
    "rules no list": ({**policy(), "rules": {}}, "rules: must be a list"),
    "too many rules": (policy(*[rule(id=f"r{i}") for i in range(51)]), "rules: must have 0 to 50 entries"),
    "same id twice": (policy(rule(), rule()), "rules[1].id: late is used twice"),
    "rule null": (policy(None), "rules[0]: must be an object, not null"),
    "bad id": (policy(rule(id="Late!")), "rules[0].id: must be 1 to 50"),
    "id with a line break": (policy(rule(id="late\n")), "rules[0].id: must be 1 to 50"),
    "blank label": (policy(rule(label="  ")), "rules[0].label: must be 1 to 100 printable"),
    "control character": (policy(rule(label="a\x00b")), "rules[0].label: must be 1 to 100 printable"),
    "long label": (policy(rule(label="x" * 101)), "rules[0].label: must be 1 to 100 printable"),
    "attribute": (policy(rule(attribute="order.__class__")), "rules[0].attribute: must be one of customer.tier"),
    "no attribute": (policy(rule(attribute=None)), "rules[0].points: linear points need the rule's attribute"),
    "points no object": (policy(rule(points=5)), "rules[0].points: must be an object with a type"),
    "points type": (points(type="python"), "rules[0].points.type: must be one of fixed"),
    "per_unit text": (points(type="linear", per_unit="5"), "rules[0].points.per_unit: must be a number, not a text"),
    "per_unit true": (points(type="linear", per_unit=True), "rules[0].points.per_unit: must be a number"),
    "per_unit NaN": (
        points(type="linear", per_unit=float("nan")),
        "rules[0].points.per_unit: must be a number, not NaN",
    ),
    "per_unit huge": (points(type="linear", per_unit=10**400), "rules[0].points.per_unit: must be between"),
    "cap zero": (points(type="linear", per_unit=1, cap=0), "rules[0].points.cap: must be above 0"),
    "linear member": (points(type="linear", per_unit=1, to=3), "rules[0].points.to: unknown member"),
    "linear on text": (
        policy(rule(attribute="customer.tier")),
        "rules[0].points.type: linear does not fit customer.tier, a text attribute",
    ),
    "by_value on number": (
        points(type="by_value", values={"1": 2}),
        "rules[0].points.type: by_value does not fit order.days_late, a number attribute",
    ),
    "steps order": (
        points(type="step", steps=[[5, 1], [5, 2]]),
        "rules[0].points.steps[1][0]: thresholds must ascend",
    ),
    "steps pair": (points(type="step", steps=[[5]]), "rules[0].points.steps[0]: must have 2 entries, not 1"),
    "steps empty": (points(type="step", steps=[]), "rules[0].points.steps: must have 1 to 200 entries"),
    "logistic": (points(type="logistic", midpoint=1, steepness=1), "rules[0].points.max: is missing"),
    "by_value choice": (
        policy(rule(attribute="customer.tier", points={"type": "by_value", "values": {"bronze": 1}})),
        "rules[0].points.values: must be one of platinum",
    ),
    "by_value number": (
        policy(rule(attribute="customer.tier", points={"type": "by_value", "values": {"gold": None}})),
        "rules[0].points.values.gold: must be a number, not null",
    ),
    "operator": (when(compare("line.open_qty", "like", 1)), "rules[0].when.op: must be one of eq"),
    "operator of kind": (when(compare("customer.tier", "gt", "gold")), "rules[0].when.op: must be one of eq"),
    "value missing": (when(compare("line.open_qty", "gt")), "rules[0].when.value: is missing"),
    "value given": (when(compare("line.open_qty", "is_known", 1)), "rules[0].when.value: unknown member"),
    "value kind": (when(compare("line.open_qty", "gt", "1")), "rules[0].when.value: must be a number, not a text"),
    "tier value": (when(compare("customer.tier", "eq", "bronze")), "rules[0].when.value: must be one of platinum"),
    "yes/no value": (when(compare("order.expedited", "eq", 1)), "rules[0].when.value: must be true or false"),
    "in no list": (when(compare("customer.tier", "in", "gold")), "rules[0].when.value: must be a list"),
    "in entry": (when(compare("line.open_qty", "in", [1, "2"])), "rules[0].when.value[1]: must be a number"),
    "between": (when(compare("line.open_qty", "between", [5, 1])), "rules[0].when.value: the first value"),
    "empty all": (when({"all": []}), "rules[0].when.all: must have 1 to 200 entries"),
    "all and any": (when({"all": [nested(1)], "any": [nested(1)]}), "rules[0].when.any: unknown member"),
    "deep inside": (
        when({"any": [nested(1), {"all": [compare("x", "eq", 1)]}]}),
        "rules[0].when.any[1].all[0].attribute: must be one of",
    ),
    "too deep": (when(nested(7)), "rules[0].when.not.not.not.not.not.not: conditions may be nested at most 6 deep"),
    "too many terms": (
        policy(*[rule(id=f"r{i}", when={"all": [nested(1)] * 150}) for i in range(2)]),
        "rules: at most 200 comparisons in one policy, not 300",
    ),
}


@pytest.mark.parametrize(("document", "refusal"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_policy_is_refused_with_its_place(document, refusal):
    found = refusals(document)

    assert any(problem.startswith(refusal.removeprefix(": ")) for problem in found), found


@pytest.mark.parametrize(
    ("document", "question"),
    [
        (policy(rule(attribute="order.day_late")), " (did you mean order.days_late?)"),
        (policy(rule(attribute="the weather")), "not 'the weather'"),
        ({**policy(), "startegy": "fifo"}, "unknown member (did you mean strategy?); allowed are version"),
        (when({**compare("line.open_qty", "gt", 1), "note": 1}), "unknown member; allowed are attribute, op, value"),
        (when(compare("customer.tier", "eq", "Gold")), "not 'Gold' (did you mean gold?)"),
    ],
)
def test_what_looks_like_a_slip_of_the_pen_is_asked_about(document, question):
    [problem] = refusals(document)

    assert question in problem
    assert ("did you mean" in problem) == ("did you mean" in question)


def test_all_problems_are_named_at_once():
    document = policy(rule(id="1"), rule(points={"type": "linear", "per_unit": "x"}))

    assert [problem.split(":")[0] for problem in refusals(document)] == ["rules[0].id", "rules[1].points.per_unit"]


def test_the_published_schema_refuses_what_has_a_wrong_shape():
    shapeless = ["version", "strategy", "unknown member", "bad id", "points type", "per_unit text", "steps pair"]
    validator = jsonschema.Draft202012Validator(schema.SCHEMA)

    assert [name for name in shapeless if validator.is_valid(REFUSED[name][0])] == []


def test_the_deepest_and_longest_allowed_policies_parse():
    condition = {"all": [nested(5)] * 200}

    assert len(parse_policy(when(condition)).rules) == 1
    assert len(parse_policy(policy(*[rule(id=f"r{i}") for i in range(50)])).rules) == 50


def test_parsing_does_not_change_the_document():
    document = copy.deepcopy(BALANCED_PRIORITY)

    parse_policy(document)

    assert document == BALANCED_PRIORITY


def test_a_very_deep_document_is_refused_without_recursion_errors():
    condition: Any = nested(900)

    assert "nested at most 6 deep" in refusals(when(condition))[0]


def test_the_catalogue_has_words_for_every_attribute():
    assert all(spec.label and name.count(".") == 1 for name, spec in CATALOGUE.items())


def test_a_rule_that_is_off_is_checked_and_keeps_its_place_without_effect():
    document = policy(rule(off=True, when=compare("customer.tier", "eq", "gold")), rule(id="age", off=False))

    jsonschema.validate(document, schema.SCHEMA)
    off, on = parse_policy(document).rules

    assert (off.id, off.is_off, off.attribute, off.when, off.points) == ("late", True, "", None, Fixed(0.0))
    assert (on.is_off, on.attribute) == (False, "order.days_late")
    assert parse_policy(policy(rule(off=True))).attributes() == frozenset()
    assert refusals(policy(rule(off="yes"))) == ["rules[0].off: must be true or false, not a text"]
    assert refusals(policy(rule(off=True, attribute="order.mood")))[0].startswith("rules[0].attribute:")
