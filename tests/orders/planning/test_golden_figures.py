"""Golden scenarios of figures: how fair a plan is, how even waits are, what is at risk; one JSON file each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orders.planning.chance import chance_of_keeping, revenue_at_risk
from orders.planning.fairness import fairness
from orders.planning.types import NO_DAY, Backlog, Plan
from orders.simulation.fairness import gini, overtaken_share
from tests.orders.planning.cases import arrays
from tests.orders.planning.reading import run
from tests.orders.planning.scenario_reading import read

FIGURES = sorted((Path(__file__).parent / "scenarios" / "figures").glob("*.json"))
DAY = 86_400_000_000  # microseconds; scenarios place orders on a day
Scenario = dict[str, Any]


def how_fair(scenario: Scenario) -> dict[str, int]:
    return asdict(fairness(*planned(scenario), scenario["now"] * DAY))


def how_many_overtaken(scenario: Scenario) -> float:
    backlog, plan = planned(scenario)
    return round(overtaken_share(plan, backlog), 6)


def how_uneven(scenario: Scenario) -> list[float]:
    return [round(gini(np.array(waits, dtype=np.int64)), 6) for waits in scenario["waits"]]


def how_much_at_risk(scenario: Scenario) -> float:
    orders = scenario["orders"]
    promised, p50, p90 = (
        np.array([date.fromisoformat(order[name]).toordinal() if order[name] else NO_DAY for order in orders])
        for name in ("promised", "p50", "p90")
    )
    chance = chance_of_keeping(promised, p50, p90, np.array([order.get("here", False) for order in orders]))
    return round(revenue_at_risk(np.array([order["value"] for order in orders]), chance), 6)


ASKED: dict[str, Callable[[Scenario], Any]] = {
    "fairness": how_fair,
    "overtaken": how_many_overtaken,
    "gini": how_uneven,
    "revenue_at_risk": how_much_at_risk,
}


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
def test_what_a_plan_amounts_to(path: Path) -> None:
    scenario = json.loads(path.read_text(encoding="utf-8"))

    assert ASKED[scenario["figure"]](scenario) == scenario["expected"], scenario["prose"]


def planned(scenario: Scenario) -> tuple[Backlog, Plan]:
    case = read(scenario)
    lines = tuple(replace(line, placed_at=line.placed_at * DAY) for line in case.lines)
    case = replace(case, lines=tuple(sorted(lines, key=lambda line: line.line_id)))
    return arrays(case)[0], run(case)
