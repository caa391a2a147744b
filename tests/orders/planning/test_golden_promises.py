"""Golden scenarios of what is not a plan: what is told of it, and availability; prose and numbers, one JSON file each.

``REWRITE_SCENARIOS=1`` in the environment writes what planning says now; read the difference before committing it.
"""

from __future__ import annotations

import json
import os
import random
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orders.planning.attributes import CATALOGUE
from orders.planning.availability import Committed, Questions, availability
from orders.planning.capacity import roll_through
from orders.planning.governance import Cause, Standing, govern, promise_rules_of
from orders.planning.grammar import parse_policy
from orders.planning.rules import FREE_PROMISE, PromiseRule
from orders.planning.types import NO_DAY, Attribute
from tests.orders.planning.cases import TODAY, Claim, arrays
from tests.orders.planning.hand_cases import capacity_of, work_of
from tests.orders.planning.promise_table import decide
from tests.orders.planning.scenario_reading import read
from tests.orders.planning.sparing import spare_of

FOLDER = Path(__file__).parent / "scenarios"
PROMISES = sorted((FOLDER / "promises").glob("*.json"))
AVAILABILITY = sorted((FOLDER / "availability").glob("*.json"))


@pytest.mark.parametrize("path", PROMISES, ids=lambda path: path.stem)
def test_what_is_told_step_by_step(path: Path):
    scenario = json.loads(path.read_text(encoding="utf-8"))
    document = {"version": 1, "strategy": "fifo", "rules": []}
    rules = parse_policy(document | {"promises": scenario["promises"]}).promises if scenario["promises"] else ()
    tiers = CATALOGUE["customer.tier"].choices
    whose = Attribute(np.array([tiers.index(scenario["tier"]) if "tier" in scenario else -1]), tiers)
    stands, told_on, slipped_on = NO_DAY, NO_DAY, []

    for step in scenario["steps"]:
        today, p50, p90 = (ordinal(step[name]) for name in ("today", "p50", "p90"))
        slipped = Attribute(np.array([sum(day < today for day in slipped_on)], dtype=np.float64))
        index = promise_rules_of(rules, {"customer.tier": whose, "plan.times_slipped": slipped}, 1)
        plain = decide(rules[index[0]] if index[0] >= 0 else FREE_PROMISE, stands, told_on, p50, p90, today)
        governed = govern(
            Standing(day=row(stands), told_on=row(told_on)),
            row(p50),
            row(p90),
            rules,
            index,
            today,
        )
        if governed.changed[0]:
            told_on = today
        stands = int(governed.day[0])
        slipped_on += [today] if governed.cause[0] == Cause.WORSE else []
        said = (Cause(int(governed.cause[0])).name, date.fromordinal(stands).isoformat())
        assert said == (step["cause"], step["stands"]), scenario["prose"]
        assert said[0] == plain.name


def test_the_rules_said_plainly_agree_on_random_promises():
    random_ = random.Random(1)
    names = ("no_better", "no_worse", "only_when_sure")
    for _ in range(20_000):
        rule = PromiseRule(
            "a",
            "A",
            **{name: random_.random() < 0.2 for name in names},
            min_earlier_days=random_.choice((0, 1, 3)),
            min_later_days=random_.choice((0, 1, 3)),
            cool_down_days=random_.choice((0, 2, 5)),
            freeze_days=random_.choice((0, 1, 3)),
            urgent_days=random_.choice((0, 0, 4)),
        )
        stands, told_on = (random_.choice((NO_DAY, TODAY + random_.randint(-6, 8))) for _ in range(2))
        p50 = random_.choice((NO_DAY, TODAY + random_.randint(0, 12)))
        p90 = p50 and p50 + random_.randint(0, 4)

        governed = govern(
            Standing(row(stands), row(told_on)), row(p50), row(p90), (rule,), np.zeros(1, dtype=np.int16), TODAY
        )

        cause = decide(rule, stands, told_on, p50, p90, TODAY)
        assert governed.cause[0] == cause, (rule, stands - TODAY, told_on - TODAY, p50 - TODAY, p90 - TODAY)
        is_told = cause in (Cause.FIRST, Cause.BETTER, Cause.WORSE, Cause.PASSED)
        assert (bool(governed.changed[0]), int(governed.day[0])) == (is_told, p50 if is_told else stands)


@pytest.mark.parametrize("path", AVAILABILITY, ids=lambda path: path.stem)
def test_when_somebody_could_have_these(path: Path):
    scenario = json.loads(path.read_text(encoding="utf-8"))
    case = read(scenario)
    _, supply, _, products, _, context = arrays(case)
    claims = [
        Claim(0, claim["qty"], claim.get("warehouse_id", 0), claim.get("source_id", 0)) for claim in scenario["claims"]
    ]
    committed = Committed(
        product_id=column(scenario["claims"], "product_id"),
        warehouse_id=np.array([claim.warehouse_id for claim in claims], dtype=np.int64),
        source_id=np.array([claim.source_id for claim in claims], dtype=np.int64),
        qty=np.array([claim.qty for claim in claims], dtype=np.int64),
    )
    questions = Questions(*(column(scenario["asked"], name) for name in ("basket", "product_id", "qty")))

    hands = None
    if "capacity" in scenario:
        _, hands = roll_through(work_of(scenario["queue"], TODAY), capacity_of(scenario["capacity"]), context)

    answers = availability(questions, supply, committed, products, context, spare_of(case), hands)

    said = [
        {
            "now": int(answers.now_qty[i]),
            "coming": int(answers.coming_qty[i]),
            "by_lead_time": bool(answers.by_lead_time[i]),
            **{name: day(getattr(answers, name)[i]) for name in ("p50", "p90", "all_p50", "all_p90")},
            "parts": [
                [day(on), int(qty)]
                for item, on, qty in zip(answers.parts.item, answers.parts.day, answers.parts.qty, strict=True)
                if item == i
            ],
        }
        for i in range(len(scenario["asked"]))
    ]
    if os.environ.get("REWRITE_SCENARIOS") == "1":
        scenario["expected"] = said
        path.write_text(json.dumps(scenario, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert said == scenario["expected"], scenario["prose"]


def ordinal(text: str | None) -> int:
    return date.fromisoformat(text).toordinal() if text else NO_DAY


def day(value: int) -> str | None:
    return date.fromordinal(int(value)).isoformat() if value != NO_DAY else None


def row(value: int) -> np.ndarray:
    return np.array([value], dtype=np.int64)


def column(rows: list[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([entry[name] for entry in rows], dtype=np.int64)
