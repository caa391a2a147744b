"""Golden scenarios of warehouses' hands, and of the item that a whole order waits for; one JSON file each.

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

from orders.planning.capacity import pick_days
from orders.planning.gating import all_lines_day, as_if_here, gating_lines
from orders.planning.grammar import parse_policy
from orders.planning.types import NO_DAY, Ints, Plan
from tests.orders.planning.cases import Case, Pick, arrays
from tests.orders.planning.hand_cases import capacity_of, work_of
from tests.orders.planning.reading import run_by
from tests.orders.planning.scenario_policies import document_of
from tests.orders.planning.scenario_reading import read

FOLDER = Path(__file__).parent / "scenarios"
HANDS = sorted((FOLDER / "hands").glob("*.json"))
GATING = sorted((FOLDER / "gating").glob("*.json"))


@pytest.mark.parametrize("path", HANDS, ids=lambda path: path.stem)
def test_when_each_of_a_queue_is_picked(path: Path) -> None:
    scenario = json.loads(path.read_text(encoding="utf-8"))
    context = arrays(read(scenario))[-1]

    days = pick_days(work_of(scenario["queue"], context.today), capacity_of(scenario["capacity"]), context)

    hold_to(path, scenario, [day(on) for on in days])


@pytest.mark.parametrize("path", GATING, ids=lambda path: path.stem)
def test_what_an_order_waits_for(path: Path) -> None:
    scenario = json.loads(path.read_text(encoding="utf-8"))
    case, policy, order = read(scenario), parse_policy(document_of(scenario)), scenario["order"]
    plan = run_by(case, policy)
    gates = gating_lines(plan, order).tolist()

    found = {"gates": gates, "all_lines_on": day(all_lines_day(days_of(plan, order)))}
    if gates:
        without = run_by(here(case, gates[0]), policy)
        found["without_the_first"] = day(all_lines_day(days_of(without, order)))

    hold_to(path, scenario, found)


def hold_to(path: Path, scenario: dict[str, Any], found: Any) -> None:
    if os.environ.get("REWRITE_SCENARIOS") == "1":
        path.write_text(
            json.dumps(scenario | {"expected": found}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    assert found == scenario["expected"], scenario["prose"]


def here(case: Case, line_id: int) -> Case:
    """Return the case as if a line had all its units from nowhere."""
    backlog, _, frozen, *_ = arrays(case)
    changed = as_if_here(frozen, backlog, line_id)
    columns = (changed.line_id.tolist(), changed.warehouse_id.tolist(), changed.qty.tolist())
    return replace(case, picks=tuple(Pick(*row) for row in zip(*columns, strict=True)))


def days_of(plan: Plan, order_id: int) -> Ints:
    return plan.eta_p50[plan.order_id == order_id]


def day(value: int) -> str | None:
    return date.fromordinal(int(value)).isoformat() if value != NO_DAY else None
