"""Units kept for expected demand: what the oracle says, what properties promise, what the forecast's columns hold."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning.attributes import (
    DAYS_OF_COVER,
    FORECAST_CHANGE,
    WEEKLY_FORECAST,
    WEEKS_OF_DEMAND,
    WEEKS_WAITING,
)
from orders.planning.cover import LASTS, with_estimates
from orders.planning.demand import Expected
from orders.planning.points import Linear
from orders.planning.prepare import prepare
from orders.planning.rules import Policy, Rule, Starvation
from tests.orders.planning.cases import (
    TODAY,
    Case,
    Line,
    Pick,
    Product,
    Source,
    Weekly,
    arrays,
    demand_of,
)
from tests.orders.planning.checking import checked
from tests.orders.planning.class_oracle import ClassOracle, random_class_case
from tests.orders.planning.reading import forecast_of, rows, run

CASES = int(os.environ.get("PLANNING_CASES", "800"))
COLUMNS = (DAYS_OF_COVER, WEEKLY_FORECAST, FORECAST_CHANGE, WEEKS_WAITING, WEEKS_OF_DEMAND)

cases = st.integers(0, 2**32).map(lambda seed: random_class_case(random.Random(seed)))


def test_plans_that_keep_units_equal_the_oracle():
    for seed in range(CASES):
        case = random_class_case(random.Random(seed))

        planned = {line: asdict(row) for line, row in rows(run(case)).items()}

        expected = {line: asdict(row) for line, row in ClassOracle(case).answer().items()}
        assert planned == expected, f"seed {seed}: {case}"


@checked
@given(cases)
def test_nothing_is_kept_from_the_best_class(case: Case):
    """Its lines get what they would get if nobody else were there and nothing were forecast."""
    best = case.classes[0]
    partial = tuple(replace(line, ship_policy=0) for line in case.lines)
    mine = tuple(line for line in partial if line.tier == best)

    with_all = rows(run(replace(case, lines=partial)))
    picks = tuple(pick for pick in case.picks if any(line.line_id == pick.line_id for line in mine))
    alone = rows(run(replace(case, lines=mine, picks=picks, forecasts=()))) if mine else {}

    assert all((with_all[line].stock, with_all[line].pegs) == (row.stock, row.pegs) for line, row in alone.items())


@checked
@given(cases)
def test_no_line_has_units_now_while_a_better_ranked_one_lacks_them(case: Case):
    partial = replace(case, lines=tuple(replace(line, ship_policy=0) for line in case.lines))
    planned = rows(run(partial))
    picked = {line.line_id: sum(pick.qty for pick in case.picks if pick.line_id == line.line_id) for line in case.lines}
    oracle = ClassOracle(partial)
    turns = sorted((oracle.place_of(turn), i, turn[0]) for i, turn in enumerate(oracle.ranked_turns()))

    lacking: set[int] = set()
    for _, _, line in turns:
        got = sum(planned[line.line_id].stock.values())
        assert not (got and line.product_id in lacking)
        if not line.on_hold and got < line.open_qty - picked[line.line_id]:
            lacking.add(line.product_id)


@checked
@given(cases)
def test_making_claims_firm_and_planning_again_changes_no_claim(case: Case):
    """Claims on hand become picks; what is kept was kept on top of them, so the rest stays as it is."""
    partial = replace(case, lines=tuple(replace(line, ship_policy=0) for line in case.lines))
    first = rows(run(partial))
    taken: dict[tuple[int, int], int] = defaultdict(int)
    picks = list(partial.picks)
    product = {line.line_id: line.product_id for line in partial.lines}
    for line_id, row in first.items():
        for warehouse, qty in row.stock.items():
            taken[product[line_id], warehouse] += qty
            picks.append(Pick(line_id, warehouse, qty))
    sources = tuple(
        replace(s, qty=s.qty - (0 if s.source_id else taken[s.product_id, s.warehouse_id])) for s in partial.sources
    )

    again = rows(run(replace(partial, picks=tuple(picks), sources=sources)))

    assert {line: (row.allocated, row.pegs) for line, row in again.items()} == {
        line: (row.allocated, row.pegs) for line, row in first.items()
    }


@checked
@given(cases.filter(lambda case: case.forecasts))
def test_what_is_kept_until_a_day_never_falls_as_days_pass(case: Case):
    demand, forecast = demand_of(case), forecast_of(case)
    assert demand is not None
    expected = Expected(demand, case.today)
    days = np.arange(case.today, case.today + case.horizon_days + 5)

    for place in range(len(demand.product_id)):
        for classes in range(1, len(case.classes) + 1):
            kept = expected.kept(forecast, classes, np.full(len(days), place), days)
            assert kept[0] == 0
            assert (np.diff(kept) >= 0).all()
            assert (kept[case.horizon_days :] == kept[case.horizon_days]).all()


def test_without_a_forecast_classes_only_order_the_queue():
    for seed in range(200):
        case = replace(random_class_case(random.Random(seed)), forecasts=())

        assert rows(run(case)) == rows(run(replace(case, worths=(), horizon_days=84)))


def test_a_line_that_waited_too_long_is_of_the_best_class():
    case = case_of(5, 5, on_hand=8, forecasts=(replace(weekly(7, 7, 7), shares=(1.0,)),), classes=("gold",))
    case = replace(case, lines=tuple(replace(line, urgency=30.0 * line.line_id) for line in case.lines))
    by_age = Policy("demand_forecast", (Rule("age", "Age", "order.age_days", Linear(1.0)),))

    kept, patient = run(case, by_age), run(case, replace(by_age, starvation=Starvation(60)))

    assert {line: row.allocated for line, row in rows(kept).items()} == {1: 0, 2: 0}
    assert {line: row.allocated for line, row in rows(patient).items()} == {1: 0, 2: 5}


def weekly(*means: float, product_id: int = 1, first_week_on: int = TODAY) -> Weekly:
    return Weekly(product_id, first_week_on, means, means)


def columns(case: Case) -> dict[str, list[float]]:
    ready = with_estimates(prepare(*arrays(case)), COLUMNS, demand_of(case))
    return {name: np.asarray(ready.attributes[name].values).round(6).tolist() for name in COLUMNS}


def case_of(*lines: int, on_hand: int = 0, forecasts: tuple[Weekly, ...] = (), **members: Any) -> Case:
    backlog = tuple(Line(i, i, 1, qty) for i, qty in enumerate(lines, 1))
    sources = (Source(1, on_hand), *members.pop("coming", ()))
    return Case(backlog, sources, products=(Product(1),), forecasts=forecasts, **members)


def coming(days: int) -> tuple[Source, ...]:
    return (Source(1, 9, source_id=5, expected_on=TODAY + days),)


@pytest.mark.parametrize(
    ("case", "days"),
    [
        pytest.param(case_of(4, on_hand=14, forecasts=(weekly(7, 7, 7),)), 10, id="10 left at 1 a day"),
        pytest.param(case_of(4, on_hand=3, forecasts=(weekly(7, 7, 7),)), 0, id="short already"),
        pytest.param(case_of(4, on_hand=4, forecasts=(weekly(7, 7, 7),)), 0, id="nothing left for today"),
        pytest.param(case_of(4, on_hand=4, forecasts=(weekly(0, 0, 0),)), LASTS, id="nothing forecast"),
        pytest.param(case_of(1, on_hand=50, forecasts=(weekly(7, 7, 7),)), LASTS, id="longer than the forecast"),
        pytest.param(
            case_of(4, on_hand=7, forecasts=(weekly(7, 7, 7),), coming=coming(1)),
            12,
            id="coming in time",
        ),
        pytest.param(
            case_of(4, on_hand=7, forecasts=(weekly(7, 7, 7),), coming=coming(4)),
            3,
            id="coming too late",
        ),
        pytest.param(
            case_of(4, on_hand=9, forecasts=(weekly(7, 14, 7, first_week_on=TODAY - 4),)), 4, id="within a week"
        ),
    ],
)
def test_days_of_cover_are_counted_to_the_first_day_short(case: Case, days: int):
    assert columns(case)[DAYS_OF_COVER] == [days]


def test_the_columns_of_a_forecast():
    case = case_of(14, 1, on_hand=3, forecasts=(weekly(7, 7, 7, 7, 14, 14, 14, 14),))

    found = columns(case)

    assert found[WEEKLY_FORECAST] == [7.0, 7.0]
    assert found[FORECAST_CHANGE] == [100.0, 100.0]
    assert found[WEEKS_WAITING] == [2.142857, 2.142857]
    assert found[WEEKS_OF_DEMAND] == [2.0, 0.142857]


@pytest.mark.parametrize("forecasts", [(), (weekly(7, 7, first_week_on=TODAY - 14),)], ids=["none", "over"])
def test_without_a_forecast_that_is_still_running_the_columns_are_unknown(forecasts: tuple[Weekly, ...]):
    found = columns(case_of(3, on_hand=1, forecasts=forecasts))

    assert all(np.isnan(values).all() for values in found.values())


def test_waiting_for_what_nobody_is_expected_to_want_counts_as_the_most_weeks():
    found = columns(case_of(3, on_hand=1, forecasts=(weekly(0, 0, 0),)))

    assert (found[WEEKS_WAITING], found[WEEKS_OF_DEMAND]) == ([520.0], [520.0])
    assert np.isnan(found[FORECAST_CHANGE]).all()
