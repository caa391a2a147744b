"""Golden scenarios: prose, numbers and the plan, one JSON file each.

``REWRITE_SCENARIOS=1`` in the environment writes what planning says now; read the difference before committing it.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orders.planning.grammar import parse_policy
from orders.planning.types import Kept, Outcome, Reason
from tests.orders.planning.cases import (
    Case,
)
from tests.orders.planning.choosing_oracle import ChoosingOracle
from tests.orders.planning.class_oracle import ClassOracle
from tests.orders.planning.mixed_cases import SegmentsAndTerms
from tests.orders.planning.oracle import Oracle
from tests.orders.planning.quota_oracle import QuotaOracle
from tests.orders.planning.reading import kept, rows, run_by
from tests.orders.planning.scenario_policies import document_of
from tests.orders.planning.scenario_reading import read
from tests.orders.planning.segment_oracle import SegmentOracle
from tests.orders.planning.terms_oracle import TermsOracle

SCENARIOS = sorted((Path(__file__).parent / "scenarios").glob("*.json"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(path: Path):
    scenario = json.loads(path.read_text(encoding="utf-8"))
    case = read(scenario)

    result = run_by(case, parse_policy(document_of(scenario)))
    planned = {str(line): show(row) for line, row in rows(result).items()}
    add_kept(planned, kept(result) if case.segments else {})
    points = {str(line): parts.tolist() for line, parts in zip(result.line_id, result.points, strict=True)}

    if os.environ.get("REWRITE_SCENARIOS") == "1":
        scenario |= {"points": points} if "points" in scenario else {}
        scenario["expected"] = planned
        path.write_text(json.dumps(scenario, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert planned == scenario["expected"], scenario["prose"]
    assert points == scenario.get("points", points), scenario["prose"]
    case = in_the_order_served(case, scenario)
    oracle = ChoosingOracle(case) if scenario.get("choosing") else oracle_of(case)
    answers = {str(line): show(answer) for line, answer in oracle.answer().items()}
    add_kept(answers, oracle.kept if isinstance(oracle, SegmentOracle) else {})
    assert answers == scenario["expected"]


def test_scenarios_cover_every_reason():
    told = {row["reason"] for path in SCENARIOS for row in json.loads(path.read_text())["expected"].values()}

    assert told == {reason.name for reason in Reason}


def oracle_of(case: Case) -> Oracle:
    if case.segments:
        return SegmentsAndTerms(case)
    if case.classes:
        return ClassOracle(case)
    if case.far_horizon is not None or any(line.has_terms for line in case.lines):
        return TermsOracle(case)
    return QuotaOracle(case) if case.quotas or case.fair_share else Oracle(case)


def add_kept(shown: dict[str, dict[str, Any]], became: dict[int, Kept]) -> None:
    for line_id, kept_ in became.items():
        if kept_ != Kept.YES:
            shown[str(line_id)]["guarantee"] = kept_.name


def in_the_order_served(case: Case, scenario: dict[str, Any]) -> Case:
    """Return the case for the oracle, which knows urgency alone: a scenario with a policy names its queue."""
    if "served" not in scenario:
        return case
    place = {line_id: len(case.lines) - i for i, line_id in enumerate(scenario["served"])}
    return replace(case, lines=tuple(replace(line, urgency=float(place[line.line_id])) for line in case.lines))


def show(row: Any) -> dict[str, Any]:
    """Return a row of the plan or of the oracle in the words of the scenario files; what is empty is left out."""
    shown = {
        "outcome": Outcome(row.outcome).name,
        "reason": Reason(row.reason).name,
        "allocated": row.allocated,
        "pegged": row.pegged,
        "eta_p50": date.fromordinal(row.eta_p50).isoformat() if row.eta_p50 else None,
        "eta_p90": date.fromordinal(row.eta_p90).isoformat() if row.eta_p90 else None,
        "gate": row.gate,
        "stock": {str(warehouse): qty for warehouse, qty in row.stock.items()},
        "pegs": {str(source): qty for source, qty in row.pegs.items()},
    }
    return {name: value for name, value in shown.items() if value}
