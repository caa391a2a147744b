"""Every kind of rule, guarantee, term and answer has a golden scenario; a new one without fails here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from orders.models import SubstituteConsent
from orders.planning.attributes import CATALOGUE, Kind
from orders.planning.conditions import OPERATORS
from orders.planning.governance import Cause
from orders.planning.grammar import parse_policy
from orders.planning.linter import FindingKind
from orders.planning.points import ByValue, ValueLevels
from orders.planning.rules import Policy, comparisons
from orders.planning.types import Kept, Outcome, Reason, ShipPolicy
from tests.orders.planning.cases import Claim, Departure, House, Line, Pick, PickDay, Product, Source, Way, Weekly
from tests.orders.planning.scenario_policies import document_of, kinds_of, kinds_of_schema
from tests.orders.planning.scenario_reading import read

ROOT = Path(__file__).parents[3]
FOLDER = Path(__file__).parent / "scenarios"
# What a policy says to those who load a run's inputs has its worked numbers beside them.
PAST = "tests/orders/replanning/test_replan_forecast.py::test_as_much_of_the_past_counts_as_the_policy_says"
COSTS = "tests/orders/studying/test_late_risk.py::test_a_policy_says_what_lateness_costs"
TIERS = ("platinum", "gold", "silver", "standard")
ELSEWHERE = {
    "forecast.history_weeks": PAST,
    "policy.lateness_costs": COSTS,
    **{f"lateness_costs.{tier}": COSTS for tier in TIERS},
}
# Facts that scenarios give as rows; ids and what no rule reads by itself need none.
ROWS = (
    (Line, "lines"),
    (Source, "sources"),
    (Pick, "picks"),
    (Product, "products"),
    (Claim, "previous"),
    (Departure, "departures"),
    (Weekly, "forecasts"),
    (PickDay, "pick_days"),
    (House, "houses"),
    (Way, "ways"),
)


DOCS = ROOT / "docs" / "planning.md"
NAME = re.compile(r"\[([a-z_]+(?:/[a-z_]+)?)\](?!\()")


def scenarios(*folders: str) -> Iterable[dict[str, Any]]:
    for folder in folders:
        for path in sorted((FOLDER / folder).glob("*.json")):
            yield json.loads(path.read_text(encoding="utf-8"))


def test_every_kind_that_the_grammar_knows_has_a_scenario() -> None:
    used = set().union(*(kinds_of(document_of(scenario)) for scenario in scenarios("", "promises")))

    assert kinds_of_schema() - used == ELSEWHERE.keys()


def policies() -> list[Policy]:
    """Return the policies by which scenarios plan, score and tell."""
    return [parse_policy(document_of(scenario)) for scenario in scenarios("", "attributes", "standing")]


def test_every_attribute_has_a_scenario() -> None:
    read_ = set().union(*(policy.attributes() for policy in policies()))

    assert CATALOGUE.keys() - read_ == set()


def test_every_comparison_of_every_kind_has_a_scenario() -> None:
    parts = [part for policy in policies() for when in policy.conditions() for part in comparisons(when)]
    used = {(CATALOGUE[part.attribute].kind, part.op) for part in parts}

    assert {(kind, op) for kind, names in OPERATORS.items() for op in names} - used == set()


@pytest.mark.parametrize("curve", [ByValue, ValueLevels])
def test_values_of_every_kind_have_a_scenario(curve: type) -> None:
    rules = [rule for policy in policies() for rule in policy.rules if isinstance(rule.points, curve)]

    assert {CATALOGUE[rule.attribute].kind for rule in rules} == {Kind.TEXT, Kind.YES_NO}


def test_every_kind_of_doubt_and_all_that_customers_say_of_substitutes_have_a_scenario() -> None:
    kinds = {kind for scenario in scenarios("findings") for _, kind, _ in scenario["expected"]}
    said = {scenario.get("said") for scenario in scenarios("substitutes")}

    assert kinds == {kind.value for kind in FindingKind}
    assert said - {None} == set(SubstituteConsent.values)


@pytest.mark.parametrize("test", sorted(set(ELSEWHERE.values())))
def test_what_is_said_elsewhere_is_said_there(test: str) -> None:
    path, name = test.split("::")

    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(("kind", "name"), ROWS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_fact_that_planning_reads_has_a_scenario(kind: Any, name: str) -> None:
    given = [row for scenario in scenarios("") for row in scenario.get(name, ())]

    for field in fields(kind):
        usual = field.default
        assert any(row.get(field.name, usual) != usual for row in given) or usual is MISSING, field.name
        assert any(field.name in row for row in given), field.name


def test_every_answer_has_a_scenario() -> None:
    told = [row for scenario in scenarios("") for row in scenario["expected"].values()]
    steps = [step for scenario in scenarios("promises") for step in scenario["steps"]]
    cases = [read(scenario) for scenario in scenarios("")]

    assert {row["reason"] for row in told} == {reason.name for reason in Reason}
    assert {row["outcome"] for row in told} == {outcome.name for outcome in Outcome}
    assert {row.get("guarantee", "YES") for row in told} == {kept.name for kept in Kept}
    assert {step["cause"] for step in steps} == {cause.name for cause in Cause}
    assert {line.ship_policy for case in cases for line in case.lines} == {policy.value for policy in ShipPolicy}


def test_the_docs_name_every_scenario() -> None:
    names = {str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.rglob("*.json")}

    assert set(NAME.findall(DOCS.read_text(encoding="utf-8"))) == names
