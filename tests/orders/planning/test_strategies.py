"""What a strategy adds to the rules that a person wrote, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from orders.planning import schema
from orders.planning.grammar import InvalidPolicyError, parse_policy, read_written, rule_labels
from orders.planning.linter import FindingKind, lint
from orders.planning.score import score_lines
from orders.planning.types import Attribute
from tests.orders.planning.documents import compare, fixed, linear, policy

GOLD = {"id": "gold", "label": "Gold", "when": compare("customer.tier", "eq", "gold"), "worth": 3}
SILVER = {"id": "silver", "label": "Silver", "when": compare("customer.tier", "in", ["gold", "silver"]), "worth": 2}
TIERS = ("platinum", "gold", "silver", "standard")
COVER = {"id": "mine", "label": "Mine", "attribute": "product.days_of_cover", "order": "desc"}


def keeping(*classes: dict[str, Any], **members: Any) -> dict[str, Any]:
    kept = {"horizon_days": 28} | ({"classes": list(classes)} if classes else {}) | members
    return policy(strategy="demand_forecast", forecast=kept)


def problems(document: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy(document)
    return [str(problem) for problem in refused.value.problems]


def scores(document: dict[str, Any], **columns: Any) -> list[float]:
    attributes = {
        "customer.tier": Attribute(np.array(columns.get("tier", [0])), TIERS),
        "product.days_of_cover": Attribute(np.array(columns.get("cover", [np.nan]), dtype=np.float64)),
        "line.expected_cost": Attribute(np.array(columns.get("cost", [np.nan]), dtype=np.float64)),
        "order.days_late": Attribute(np.array(columns.get("late", [0.0]), dtype=np.float64)),
    }
    lines = len(next(iter(columns.values())))
    return score_lines(parse_policy(document), attributes, lines)[0].tolist()


def test_demand_forecast_ranks_by_class_then_by_the_product_that_runs_short_first() -> None:
    found = scores(keeping(GOLD, SILVER), tier=[3, 2, 1, 1, 1], cover=[0, 3, 20, 4, np.nan])

    assert np.argsort(found).tolist()[::-1] == [3, 2, 4, 1, 0]


def test_a_line_belongs_to_the_first_class_whose_condition_it_meets() -> None:
    found = parse_policy(keeping(GOLD, SILVER))

    assert [rule.id for rule in found.rules] == ["class_gold", "class_silver", "cover"]
    gold, silver = scores(keeping(GOLD, SILVER), tier=[1, 2], cover=[1, 1])
    assert gold > silver


def test_an_author_places_cover_among_the_criteria() -> None:
    document = keeping(GOLD) | {"rules": [COVER]}

    assert rule_labels(document) == ("Gold", "Mine")
    assert [rule.id for rule in read_written(document).rules] == ["mine"]


def test_automated_counts_money_where_a_model_says_so_and_the_written_rules_elsewhere() -> None:
    document = policy(linear("late", "order.days_late", 2), strategy="automated")

    assert scores(document, late=[5, 5], cost=[12.5, np.nan]) == [12.5, 10.0]
    assert rule_labels(document) == ("Expected cost of passing it over, a unit", "Late")


@pytest.mark.parametrize("attribute", ["product.days_of_cover", "line.late_risk", "line.weeks_of_demand"])
def test_estimates_are_for_strategies_that_read_them(attribute: str) -> None:
    rule = linear("x", attribute, 1)

    assert parse_policy(policy(rule, strategy="hybrid")).attributes() == {attribute}
    assert problems(policy(rule)) == [
        f"rules[0].attribute: {attribute} is an estimate, which priority does not read; choose strategy hybrid"
    ]


@pytest.mark.parametrize(
    ("document", "place", "words"),
    [
        (policy(strategy="demand_forecast"), "forecast", "is missing"),
        (policy(fixed("a", 1), forecast={"horizon_days": 7}), "forecast", "needs strategy demand_forecast"),
        (keeping(horizon_days=0), "forecast.horizon_days", "from 1 to 84"),
        (keeping(horizon_days=7.5), "forecast.horizon_days", "whole number"),
        (keeping(horizon_days=85), "forecast.horizon_days", "from 1 to 84"),
        (keeping(GOLD, history_weeks=200), "forecast.history_weeks", "from 1 to 104"),
        (keeping(GOLD, GOLD), "forecast.classes[1].id", "used twice"),
        (keeping(GOLD, SILVER | {"worth": 3}), "forecast.classes[1].worth", "must be below 3"),
        (keeping(GOLD | {"worth": 1}), "forecast.classes[0].worth", "above 1"),
        (keeping(GOLD, {k: v for k, v in SILVER.items() if k != "worth"}), "forecast.classes", "every class"),
        (
            keeping(GOLD | {"when": compare("order.days_late", "gt", 3)}),
            "forecast.classes[0].when",
            "order.days_late does not tell what past orders were",
        ),
        (keeping(GOLD) | {"fair_share": "customer.code"}, "forecast", "divided by one of"),
    ],
)
def test_a_bad_forecast_member_is_refused_with_its_place(document: dict[str, Any], place: str, words: str) -> None:
    found = problems(document)

    assert any(problem.startswith(f"{place}: ") and words in problem for problem in found), found


def test_a_class_that_no_line_can_join_is_found() -> None:
    found = lint(keeping(SILVER | {"worth": 3}, GOLD | {"worth": 2}))

    assert [(finding.place, finding.kind) for finding in found] == [("forecast.classes[1]", FindingKind.SHADOWED)]


def test_a_last_class_of_everybody_else_is_found() -> None:
    rest = {"id": "rest", "label": "Rest", "when": compare("customer.tier", "ne", "gold")}
    gold = {name: value for name, value in GOLD.items() if name != "worth"}
    tiers = {"id": "t", "label": "T", "when": compare("customer.tier", "is_unknown")}

    found = lint(keeping(gold, rest, tiers))

    assert [(finding.place, finding.kind) for finding in found] == [("forecast.classes[2]", FindingKind.DEAD)]


def test_what_the_strategy_adds_is_not_linted() -> None:
    assert lint(keeping(GOLD)) == []
    assert lint(policy(fixed("a", 5, compare("order.expedited", "eq", True)), strategy="automated")) == []


def test_the_schema_names_every_strategy_and_the_forecast_member() -> None:
    assert schema.SCHEMA["properties"]["strategy"]["enum"] == list(schema.STRATEGIES)
    assert schema.SCHEMA["properties"]["forecast"] == {"$ref": "#/$defs/forecast"}


def test_automated_chooses_whole_orders_unless_it_says_otherwise() -> None:
    automated = {"version": 1, "strategy": "automated", "rules": []}

    assert parse_policy(automated).whole_orders == "chosen"
    assert parse_policy(automated | {"whole_orders": "by_rank"}).whole_orders == "by_rank"
    assert parse_policy(automated | {"fair_share": "customer.code"}).whole_orders == "by_rank"
    assert parse_policy(automated | {"strategy": "priority"}).whole_orders == "by_rank"
    assert parse_policy(automated | {"strategy": "priority", "whole_orders": "chosen"}).whole_orders == "chosen"


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"strategy": "fifo", "whole_orders": "chosen"}, "needs points to weigh orders by"),
        ({"strategy": "priority", "whole_orders": "chosen", "fair_share": "customer.code"}, "does not go together"),
        ({"strategy": "priority", "whole_orders": "best"}, "must be one of"),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused_with_its_place(members: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy({"version": 1, "rules": [], **members})

    (problem,) = refused.value.problems
    assert problem.place == "whole_orders"
    assert words in problem.message


def test_who_learns_may_say_what_lateness_costs() -> None:
    automated = {"version": 1, "strategy": "automated", "rules": []}

    assert parse_policy(automated | {"lateness_costs": {"gold": 12, "standard": 0.5}}).lateness_costs == (
        ("gold", 12.0),
        ("standard", 0.5),
    )


@pytest.mark.parametrize(
    ("strategy", "costs", "place"),
    [
        ("priority", {"gold": 1}, "lateness_costs"),
        ("hybrid", {"gold": 101}, "lateness_costs.gold"),
        ("automated", {"iron": 1}, "lateness_costs.iron"),
        ("automated", {"gold": "much"}, "lateness_costs.gold"),
    ],
)
def test_costs_that_make_no_sense_are_refused_with_their_place(strategy: str, costs: Any, place: str) -> None:
    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy({"version": 1, "strategy": strategy, "rules": [], "lateness_costs": costs})

    assert [problem.place for problem in refused.value.problems] == [place]
