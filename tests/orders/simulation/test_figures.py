"""A plan in figures and two plans compared, on hand-made orders."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning.types import NO_DAY, Ints
from orders.simulation.comparing import (
    Comparison,
    compare_outlooks,
    date_distribution,
    losers,
    rank_distribution,
    wait_distribution,
    winners,
)
from orders.simulation.fairness import gini
from orders.simulation.news import News, news
from orders.simulation.outlook import Outlook
from orders.simulation.standing import Announced, Standing
from tests.orders.simulation.outlooks import outlook

TODAY = 1000
LEAST_DAYS = 2  # that a date moves by for customers to hear of it


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def standing(promised: Ints, *, announced: Ints | None = None, told: Ints | None = None) -> Standing:
    count = len(promised)
    return Standing(
        order_id=np.arange(1, count + 1),
        placed_on=np.full(count, TODAY - 5),
        requested_on=np.zeros(count, dtype=np.int64),
        promised_on=promised,
        announced_on=promised,
        announced_at=np.full(count, TODAY - 5),
        told_on=promised if told is None else told,
        announced=np.full(count, Announced.WAITING) if announced is None else announced,
        later_days=np.full(count, LEAST_DAYS),
        earlier_days=np.full(count, LEAST_DAYS),
        firm_only=np.zeros(count, dtype=np.int64),
    )


def compared(before: Outlook, after: Outlook, given_dates: Standing) -> Comparison:
    told = news(after, given_dates, (), today=TODAY)
    return compare_outlooks(before, after, given_dates, told)


def test_a_date_that_moves_past_the_threshold_slips_and_breaks_its_promise() -> None:
    before = outlook(ints(1010, 1010, 1010, 1010))
    after = outlook(ints(1011, 1012, NO_DAY, 1005))

    found = compared(before, after, standing(ints(1010, 1010, 1010, 1004)))

    assert found.slips.tolist() == [False, True, True, False]
    assert found.breaks.tolist() == [True, True, True, False]  # the last was broken before
    assert found.news.tolist() == [News.NONE, News.ETA_SLIPPED, News.NONE, News.NONE]


def test_what_is_ready_moves_on_by_a_day_every_day_and_neither_slips_nor_breaks() -> None:
    before = outlook(ints(TODAY), ready=ints(1))
    after = outlook(ints(TODAY + 9), ready=ints(1))

    found = compared(before, after, standing(ints(TODAY)))

    assert (found.slips.any(), found.breaks.any()) == (False, False)


def test_winners_and_losers_come_by_days_and_then_by_value() -> None:
    before = outlook(ints(1010, 1010, 1010, 1010, NO_DAY))
    after = outlook(ints(1012, 1012, 1003, 1010, 1010))

    found = compared(before, after, standing(ints(1010, 1010, 1010, 1010, NO_DAY)))

    assert found.order_id[winners(found, 9)].tolist() == [5, 3]
    assert found.order_id[losers(found, 9)].tolist() == [2, 1]
    assert found.order_id[losers(found, 1)].tolist() == [2]


def test_distributions_count_every_order_once() -> None:
    before = outlook(ints(1010, 1010, 1010, 1010), rank=ints(1, 2, 3, 4))
    after = outlook(ints(1010, 1013, 980, NO_DAY), rank=ints(2, 1, 3, 4))

    found = compared(before, after, standing(ints(1010, 1010, 1010, 1010)))

    ranks = {(bucket.low, bucket.high): bucket.orders for bucket in rank_distribution(found) if bucket.orders}
    days = {(bucket.low, bucket.high): bucket.orders for bucket in date_distribution(found) if bucket.orders}
    waits = {(wait.low, wait.high): (wait.before, wait.after) for wait in wait_distribution(found, today=TODAY)}
    assert ranks == {(-20, -1): 1, (0, 0): 2, (1, 20): 1}
    assert days == {(None, -15): 1, (0, 0): 1, (1, 3): 1, (15, None): 1}
    assert (waits[(8, 14)], waits[(0, 0)], waits[(None, None)]) == ((4, 2), (0, 1), (0, 1))


@pytest.mark.parametrize(
    ("values", "expected"), [([5, 5, 5], 0.0), ([0, 0, 0], 0.0), ([0, 0, 0, 8], 0.75), ([1, 3], 0.25)]
)
def test_gini_of_known_cases(values: list[int], expected: float) -> None:
    assert gini(ints(*values)) == pytest.approx(expected)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
def test_gini_is_half_the_mean_difference_over_the_mean(values: list[int]) -> None:
    array = ints(*values)
    differences = np.abs(array[:, None] - array[None, :]).mean()

    assert gini(array) == pytest.approx(differences / (2 * array.mean()) if array.any() else 0.0, abs=1e-9)
