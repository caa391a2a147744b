from __future__ import annotations

import numpy as np

from inventory.forecasting.candidates import NAMES, YEAR, predict
from inventory.forecasting.choosing import choose, errors
from tests.inventory.forecasting.demand import make_panel

STEADY = np.zeros(3, dtype=np.int64)


def test_a_series_that_is_sure_gets_its_own_model() -> None:
    windows = [np.array([[1.0, 9.0], [9.0, 1.0], [9.0, 1.0]])] * 4

    assert choose(windows, STEADY).tolist() == [0, 1, 1]


def test_one_window_does_not_outvote_the_pattern() -> None:
    clear, little = [9.0, 1.0], [0.95, 1.05]

    assert choose([np.array([clear, clear, little])], STEADY).tolist() == [1, 1, 1]


def test_a_series_without_back_test_takes_what_its_pattern_takes() -> None:
    windows = [np.array([[9.0, 1.0], [9.0, 1.0], [np.nan, np.nan]])] * 2

    assert choose(windows, STEADY).tolist() == [1, 1, 1]


def test_a_candidate_that_could_not_run_does_not_win() -> None:
    windows = [np.array([[2.0, np.nan], [2.0, 0.1], [2.0, 0.1]])] * 3

    assert choose(windows, STEADY).tolist() == [0, 1, 1]


def test_weeks_not_seen_cost_nobody_anything() -> None:
    means, actual = np.array([[[5.0], [5.0]]]), np.array([[5.0, 900.0]])

    assert errors(means, actual, np.array([[True, False]]), np.array([1.0])).tolist() == [[0.0]]


def test_a_yearly_season_competes_only_after_two_years() -> None:
    wave = [50 + 40 * np.sin(week * 2 * np.pi / YEAR) for week in range(2 * YEAR)]
    panel = make_panel([wave, [0.0] * (YEAR + 1) + wave[: YEAR - 1]])

    means = predict(panel, np.array([True, True]), 4)

    season = means[:, :, NAMES.index("Same week last year")]
    assert np.allclose(season[0], wave[YEAR : YEAR + 4])
    assert np.isnan(season[1]).all()
    assert not np.isnan(means[0]).any()
