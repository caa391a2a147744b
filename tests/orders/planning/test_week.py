"""Days in the life of small backlogs, every constraint at once, from points to what customers are told.

Each day is planned, the queues of warehouses are looked through, it is planned again by the days that they leave, and
what comes out is weighed against what was told: after each step it is what the oracles say. The next day goes on from
there, with the plan as the plan before. ``PLANNING_CASES=20000`` in the environment, and ``--timeout=0``, lives through
that many, a quarter of them with each way to divide supply (half an hour of one core).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import asdict, replace
from typing import NamedTuple

import numpy as np
import pytest

from orders.planning.capacity import Capacity
from orders.planning.governance import Cause, Standing, govern
from orders.planning.points import ByValue, Fixed, Linear, Logistic
from orders.planning.reading import Report
from orders.planning.rules import FREE_PROMISE, Compare, Policy, Rule, Starvation
from orders.planning.strategies import complete
from orders.planning.types import NO_DAY, Plan, Reason
from orders.replanning.hands import delayed_of
from orders.replanning.inputs import Inputs
from orders.simulation.hands import Hands, queue_of
from tests.orders.planning.cases import arrays
from tests.orders.planning.mixed_cases import ORACLES
from tests.orders.planning.oracle import Answer, Oracle
from tests.orders.planning.promise_table import decide
from tests.orders.planning.reading import claims, kept, policy_of, rows, run_by
from tests.orders.planning.segment_oracle import SegmentOracle
from tests.orders.planning.week_cases import DAYS, World, next_day, random_world, with_pick_days
from tests.orders.planning.week_oracle import TIER_POINTS, oracle_of, pick_days, points, rule_of

WORLDS = int(os.environ.get("PLANNING_CASES", "120"))
RULES = (
    Rule("age", "Age", "order.age_days", Linear(1.0)),
    Rule("tier", "Tier", "customer.tier", ByValue(tuple(TIER_POINTS.items()))),
    Rule("rush", "Expedited", "", Fixed(3.0), Compare("order.expedited", "eq", (1.0,))),
    Rule("near", "Near", "order.days_to_requested", Logistic(7.0, -0.5, 2.0)),
)


def test_days_go_by_as_the_oracles_say() -> None:
    reasons: set[int] = set()
    causes: Counter[int] = Counter()
    dividers = sorted(ORACLES)
    for seed in range(WORLDS):
        random_ = random.Random(seed)
        world = random_world(random_, dividers[seed % len(dividers)])
        for day in range(DAYS):
            found = f"seed {seed}, day {day}"
            world = with_pick_days(world, look_through_queues(world, hold_to_oracle(world, found), found))
            answered = hold_to_oracle(world, found)
            result = answered.plan
            assert with_pick_days(world, look_through_queues(world, answered, found)) == world, found
            reasons |= set(result.reason.tolist())
            world = tell(world, result, causes, found)
            world = replace(world, case=replace(world.case, previous=claims(result)))
            world = next_day(world, random_)
    assert reasons == set(Reason) - {Reason.STANDS_BACK}  # said only of orders that an optimiser chose against
    assert set(causes) == set(Cause)


def policy_by(world: World) -> Policy:
    written = Policy("priority", RULES, promises=world.promises, starvation=Starvation(world.long_wait))
    return policy_of(world.case, complete(written, Report()))


class Answered(NamedTuple):
    """A plan, and the oracle that says the same."""

    plan: Plan
    oracle: Oracle
    answers: dict[int, Answer]


def hold_to_oracle(world: World, found: str) -> Answered:
    """Plan, and compare points and plan with the oracle's."""
    result, oracle = run_by(world.case, policy_by(world)), oracle_of(world)
    scores = dict(zip(result.line_id.tolist(), result.score.tolist(), strict=True))
    assert scores == pytest.approx({line.line_id: points(line, world.long_wait) for line in world.case.lines}), found

    planned = {line: asdict(row) for line, row in rows(result).items()}
    answers = oracle.answer()
    assert planned == {line: asdict(row) for line, row in answers.items()}, f"{found}: {world}"
    if isinstance(oracle, SegmentOracle):
        assert kept(result) == oracle.kept, f"{found}: {world}"
    return Answered(result, oracle, answers)


def look_through_queues(world: World, answered: Answered, found: str) -> dict[int, int]:
    """Return the days on which lines are picked, where that is later than they are there; the oracle says the same."""
    in_order = replace(world.case, lines=tuple(sorted(world.case.lines, key=lambda line: line.line_id)))
    *read, context = arrays(in_order)
    nothing = np.zeros(0, dtype=np.int64)
    inputs = Inputs(*read, marks={}, pools={}, stale_orders=nothing, sites=context.sites)
    done = np.array([(pick.line_id, pick.warehouse_id, pick.qty) for pick in world.done], dtype=np.int64).reshape(-1, 3)
    picked = dict(zip(("line_id", "warehouse_id", "qty"), done.T, strict=True))
    queue = queue_of(inputs, answered.plan, Hands(capacity_of(world), picked))
    days = delayed_of(queue, capacity_of(world), context)
    said = dict(zip(days.line_id.tolist(), days.pick_on.tolist(), strict=True))

    assert said == pick_days(world, answered.oracle, answered.answers), f"{found}: {world}"
    return said


def capacity_of(world: World) -> Capacity:
    listed = sorted(world.figures)
    own = [(place, *day) for place, name in enumerate(listed) for day in world.figures[name].own_days]
    return Capacity(
        np.array(listed, dtype=np.int64),
        np.array([world.figures[name].weekly for name in listed], dtype=np.int64).reshape(-1, 7),
        np.array([world.figures[name].picked_today for name in listed], dtype=np.int64),
        *np.array(own, dtype=np.int64).reshape(-1, 3).T,
    )


def tell(world: World, plan: Plan, causes: Counter[int], found: str) -> World:
    """Weigh each order's day against the one that stands; the plain rules decide the same."""
    told = dict(world.told)
    for order_id in sorted({line.order_id for line in world.case.lines}):
        of_order = plan.order_id == order_id
        p50, p90 = (
            NO_DAY if (days[of_order] == NO_DAY).any() else int(days[of_order].max())
            for days in (plan.eta_p50, plan.eta_p90)
        )
        rule = -1
        if plan.promise_rule is not None:
            met = plan.promise_rule[of_order]
            rule = int(met[met >= 0].min(initial=99)) if (met >= 0).any() else -1
        lines = [line for line in world.case.lines if line.order_id == order_id]
        assert rule == rule_of(world.promises, lines), found
        stands, told_on = told.get(order_id, (NO_DAY, NO_DAY))

        governed = govern(
            Standing(one(stands), one(told_on)), one(p50), one(p90), world.promises, one(rule), world.case.today
        )

        by = world.promises[rule] if rule >= 0 else FREE_PROMISE
        cause = decide(by, stands, told_on, p50, p90, world.case.today)
        assert governed.cause[0] == cause, found
        causes[int(cause)] += 1
        if governed.changed[0]:
            told[order_id] = int(governed.day[0]), world.case.today
    return replace(world, told=told)


def one(value: int) -> np.ndarray:
    return np.array([value], dtype=np.int64)
