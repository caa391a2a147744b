from __future__ import annotations

import numpy as np
import pytest

from inventory.forecasting.backtest import backtest
from tests.inventory.forecasting.demand import lumpy, make_panel, poisson


def test_intervals_hold_what_they_say_on_demand_with_a_known_truth() -> None:
    sold = np.vstack([poisson([5, 60], each=150, weeks=44), lumpy(0.5, 8, products=150, weeks=44)])

    figures = backtest(make_panel(sold), 8)

    assert figures.series == 450
    assert figures.coverage_80 is not None
    assert 0.76 <= figures.coverage_80 <= 0.86  # whole units: some intervals cannot hold exactly 80 %
    assert figures.bias == pytest.approx(0, abs=0.06)


def test_forecasts_beat_repeating_the_last_week_where_demand_is_noise() -> None:
    figures = backtest(make_panel(poisson([5, 60], each=60, weeks=40)), 8)

    assert figures.median_mase is not None
    assert figures.median_mase_naive is not None
    assert figures.median_mase_seasonal_naive is not None
    assert figures.median_mase < 0.85 * min(figures.median_mase_naive, figures.median_mase_seasonal_naive)


def test_weeks_held_back_are_not_looked_at() -> None:
    sold = poisson([20], each=40, weeks=36)
    exploded = sold.copy()
    exploded[:, -8:] *= 1000

    calm, wild = backtest(make_panel(sold), 8), backtest(make_panel(exploded), 8)

    assert calm.methods == wild.methods
    assert wild.bias == pytest.approx((calm.bias or 0) / 1000 - 0.999, abs=0.001)


def test_stock_out_weeks_are_not_scored() -> None:
    sold = poisson([20], each=40, weeks=36)
    out = [(row, 33) for row in range(40)]
    ruined = sold.copy()
    ruined[:, 33] = 100_000

    masked = backtest(make_panel(ruined, masked=out), 8)

    assert masked.bias == pytest.approx(0, abs=0.1)


def test_a_product_never_sold_before_is_not_scored() -> None:
    sold = poisson([20], each=10, weeks=30)
    sold[0, :-3] = 0

    assert backtest(make_panel(sold), 8).series == 9


def test_too_short_a_history_measures_nothing_and_says_so() -> None:
    figures = backtest(make_panel([[3] * 10]), 8)

    assert figures.series == 0
    assert figures.median_mase is None
