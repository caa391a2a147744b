from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from inventory.forecasting.panel import to_panel
from inventory.forecasting.patterns import Pattern, traits_of
from tests.inventory.forecasting.demand import FROM_ON, frames, make_panel


def test_demand_becomes_a_matrix_by_product_and_week() -> None:
    panel = make_panel([[0, 3, 0], [5, 1, 2]])

    assert panel.ids.tolist() == [1, 2]
    assert panel.qty.tolist() == [[0, 3, 0], [5, 1, 2]]
    assert panel.first.tolist() == [1, 0]
    assert panel.next_week_on == date(2026, 1, 26)


def test_the_order_of_rows_does_not_matter() -> None:
    history, products = frames([[0, 3, 0, 1], [5, 1, 2, 0], [0, 0, 7, 7]])

    usual = to_panel(history, products, from_on=FROM_ON, until_on=date(2026, 2, 2))
    other = to_panel(history[::-1], products[::-1], from_on=FROM_ON, until_on=date(2026, 2, 2))

    assert np.array_equal(usual.qty, other.qty)
    assert np.array_equal(usual.ids, other.ids)


def test_other_weeks_and_other_products_are_left_out() -> None:
    history, products = frames([[4, 4], [1, 1]])
    late = pd.DataFrame({"product_id": [1, 99], "week_on": pd.to_datetime(["2026-01-19", "2026-01-05"]), "qty": [9, 9]})

    panel = to_panel(pd.concat([history, late]), products, from_on=FROM_ON, until_on=date(2026, 1, 19))

    assert panel.qty.tolist() == [[4, 4], [1, 1]]


def test_a_week_in_which_nobody_ordered_anything_says_nothing() -> None:
    panel = make_panel([[4, 0, 4], [2, 0, 0]])

    assert panel.known.tolist() == [[True, False, True], [True, False, True]]
    assert panel.filled()[0].tolist() == [4, 4, 4]


def test_a_stock_out_week_is_filled_from_the_weeks_around_it() -> None:
    panel = make_panel([[6, 0, 8, 10], [1, 1, 1, 1]], masked=[(0, 1)])

    assert panel.filled().tolist() == [[6, 8, 8, 10], [1, 1, 1, 1]]


def test_what_sold_before_stock_ran_out_is_kept() -> None:
    panel = make_panel([[6, 20, 8, 10], [1, 1, 1, 1]], masked=[(0, 1)])

    assert panel.filled()[0].tolist() == [6, 20, 8, 10]


def test_the_past_knows_nothing_of_what_came_later() -> None:
    panel = make_panel([[0, 0, 0, 5], [1, 2, 3, 4]])

    past = panel.until(3)

    assert past.first.tolist() == [3, 0]
    assert past.ages.tolist() == [0, 3]
    assert past.next_week_on == date(2026, 1, 26)


def test_traits_leave_stock_out_weeks_aside() -> None:
    sold = [[8, 0, 8, 8, 8, 8, 8, 8], [1, 1, 1, 1, 1, 1, 1, 1]]

    seen, masked = traits_of(make_panel(sold)), traits_of(make_panel(sold, masked=[(0, 1)]))

    assert seen.zero_share[0] > 0
    assert (masked.zero_share[0], masked.rate[0], masked.step[0]) == (0, 8, 0)


def test_patterns_follow_how_often_a_week_is_empty() -> None:
    steady, rare = [3] * 20, [0] * 7 + [0, 0, 0, 1] * 3 + [9]
    few, new = [1] + [0] * 18 + [1], [0] * 16 + [5, 5, 5, 5]

    pattern = traits_of(make_panel([steady, rare, few, new])).pattern

    assert pattern.tolist() == [Pattern.STEADY, Pattern.INTERMITTENT, Pattern.FEW, Pattern.NEW]
