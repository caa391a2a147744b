from __future__ import annotations

import numpy as np
import pytest

from orders.backtesting.figures import figures
from orders.backtesting.replay import Lived, Stage
from orders.learning.history import NEVER
from tests.orders.learning.past import MONDAY, WEEKDAYS, Past


def test_figures_of_four_lines_by_hand() -> None:
    past = Past()
    past.order(0, 5, (0, 10))  # left after 2 days: in time, off the shelf
    past.order(1, 5, (0, 10))  # left after 14: late
    past.order(3, 20, (0, 10), price=300)  # left after 4, before the one above
    past.order(10, 40, (1, 10))  # still waits; due after the end
    done = np.array([MONDAY + 2, MONDAY + 15, MONDAY + 7, NEVER])
    lived = Lived(
        open_at_start=np.array([10, 10, 10, 10]),
        shipped_qty=np.array([10, 10, 10, 4]),
        done_on=done,
        dated=np.array([MONDAY + 2, MONDAY + 9, 0, 0]),
        days=18,
    )

    found = figures(Stage(past.history(), MONDAY, MONDAY + 25, WEEKDAYS, {}), lived, np.ones(4))

    assert (found.lines, found.shipped_units, found.never_shipped) == (4, 34, 1)
    assert found.fill_rate == pytest.approx(20 / 40)
    assert found.on_time_lines == pytest.approx(2 / 3)
    assert found.on_time_value == pytest.approx(40 / 50)
    assert found.value_late_days == pytest.approx(10 * 10)
    assert (found.dated, found.broken_promises) == (2, 1)
    assert found.mean_wait_days == pytest.approx((2 + 14 + 4 + 15) / 4)
    assert found.longest_wait_days == 15
    assert found.overtaken == pytest.approx(1 / 4)


def test_a_day_shared_is_nobody_overtaken() -> None:
    past = Past()
    past.order(0, 5, (0, 1))
    past.order(2, 5, (0, 1))
    same = np.array([MONDAY + 4, MONDAY + 4])
    ones = np.ones(2, dtype=np.int64)

    found = figures(
        Stage(past.history(), MONDAY, MONDAY + 20, WEEKDAYS, {}), Lived(ones, ones, same, same * 0, 9), np.ones(2)
    )

    assert found.overtaken == 0.0
