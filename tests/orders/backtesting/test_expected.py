from __future__ import annotations

import numpy as np
import pytest

from orders.backtesting.expected import WeeklyForecasts, weekly_units
from orders.backtesting.replay import Stage, live_through
from orders.planning.grammar import parse_policy
from orders.planning.presets import DEMAND_FORECAST
from orders.planning.types import Floats
from tests.orders.learning.past import MONDAY, WEEKDAYS, Past

PLATINUM, SILVER, STANDARD = 0, 2, 3


def last_week_again(units: Floats) -> Floats:
    """Forecast that every week will be like the last one."""
    return np.repeat(units[:, -1:], 4, axis=1)


def ordered() -> Past:
    past = Past(days=42, stock_now={0: 100, 1: 0})
    past.order(0, 90, (0, 30), tier=PLATINUM)
    past.order(8, 90, (0, 10), tier=STANDARD)
    past.order(15, 90, (0, 999), tier=STANDARD)  # after the Monday of the forecast
    return past


def test_weeks_are_summed_up_to_the_monday() -> None:
    assert weekly_units(ordered().history(), MONDAY + 14).tolist() == [[30.0, 10.0], [0.0, 0.0]]


def test_a_forecast_knows_nothing_of_its_own_week() -> None:
    policy = parse_policy(DEMAND_FORECAST)
    forecasts = WeeklyForecasts(ordered().history(), policy, {}, last_week_again)

    found = forecasts.on(MONDAY + 17)

    assert found.product_id.tolist() == [10]  # the other one never sold
    assert found.first_week_on.tolist() == [MONDAY + 14]
    assert found.means.tolist() == [[10.0] * 4]
    assert found.shares.tolist() == [[pytest.approx(0.75), 0.0]]  # 30 of 40 units were of the best class


def test_units_are_kept_for_the_demand_of_better_classes() -> None:
    past = Past(days=42, stock_now={0: 10})
    for day in (1, 8, 15):
        past.order(day, 90, (0, 10), tier=PLATINUM)
    (worse,) = past.order(21, 90, (0, 6), tier=STANDARD)
    for line in range(3):
        past.ship(line, 10, line * 7 + 2)
    history, policy = past.history(), parse_policy(DEMAND_FORECAST)
    stage = Stage(history, MONDAY + 21, MONDAY + 26, WEEKDAYS, {})

    kept = live_through(stage, policy, None, WeeklyForecasts(history, policy, {}, last_week_again).on)
    given = live_through(stage, policy, None, WeeklyForecasts(history, policy, {}, lambda units: units[:, :1] * 0).on)

    assert (kept.shipped_qty[worse], given.shipped_qty[worse]) == (0, 6)
