from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.forecasting.forecast import BY_ANALOGY, TOO_FEW, Forecast, forecast
from inventory.forecasting.panel import to_panel
from tests.inventory.forecasting.demand import FROM_ON, frames, lumpy, make_panel, poisson

HORIZON = 6

WEEK = st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 5000))
HISTORIES = st.integers(1, 30).flatmap(
    lambda weeks: st.lists(st.lists(WEEK, min_size=weeks, max_size=weeks), min_size=1, max_size=6)
)


@pytest.fixture(scope="module")
def mixed() -> np.ndarray:
    return np.vstack([poisson([2, 30], each=30, weeks=30), lumpy(0.3, 5, products=60, weeks=30)])


def same(one: Forecast, other: Forecast) -> bool:
    arrays = ("means", "p50s", "lows", "highs")
    return one.methods == other.methods and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays
    )


@settings(max_examples=60)
@given(HISTORIES)
def test_whatever_was_sold_a_forecast_is_a_sane_interval(qty: list[list[int]]) -> None:
    found = forecast(make_panel(qty), HORIZON)

    assert found.means.shape == (len(qty), HORIZON)
    assert np.isfinite(found.highs).all()
    assert (found.lows >= 0).all()
    assert (found.lows <= found.p50s).all()
    assert (found.p50s <= found.highs).all()
    assert (found.means >= 0).all()
    assert (found.means <= found.highs).all()


def test_the_same_demand_gives_the_same_forecast(mixed: np.ndarray) -> None:
    assert same(forecast(make_panel(mixed), HORIZON), forecast(make_panel(mixed), HORIZON))


def test_the_order_of_input_rows_changes_nothing(mixed: np.ndarray) -> None:
    history, products = frames(mixed)
    panel = make_panel(mixed)
    shuffled = to_panel(
        history.sample(frac=1, random_state=3),
        products.sample(frac=1, random_state=4),
        from_on=FROM_ON,
        until_on=panel.next_week_on,
    )

    assert same(forecast(panel, HORIZON), forecast(shuffled, HORIZON))


def test_steady_demand_is_forecast_at_its_level() -> None:
    found = forecast(make_panel(poisson([50], each=40, weeks=36)), HORIZON)

    assert found.means.mean() == pytest.approx(50, rel=0.05)
    assert found.p50s.mean() == pytest.approx(50, rel=0.05)
    assert found.is_calibrated


def test_a_product_with_three_sales_says_so_and_promises_little(mixed: np.ndarray) -> None:
    three = np.zeros((1, 30))
    three[0, [2, 11, 25]] = [1, 40, 2]

    found = forecast(make_panel(np.vstack([mixed, three])), HORIZON)

    assert found.methods[-1] == TOO_FEW
    assert found.means[-1] == pytest.approx(43 / 28)  # weeks since the first sale
    assert (found.lows[-1] == 0).all()
    assert (found.highs[-1] >= 40).all()


def test_a_new_product_starts_from_what_its_category_sold_when_new() -> None:
    draw = np.random.default_rng(5)
    launched = np.zeros((20, 30))
    launched[:10, 8:] = draw.poisson(100, (10, 22))
    launched[10:, 8:] = draw.poisson(4, (10, 22))
    newcomers = np.zeros((2, 30))
    newcomers[:, -1] = 10
    categories = ["Lights"] * 10 + ["Cards"] * 10 + ["Lights", "Cards"]

    found = forecast(make_panel(np.vstack([launched, newcomers]), categories=categories), HORIZON)

    lights, cards = found.means[-2:, 0]
    assert found.methods[-2:] == [BY_ANALOGY, BY_ANALOGY]
    assert lights == pytest.approx((10 + 4 * 100) / 5, rel=0.1)
    assert cards == pytest.approx((10 + 4 * 4) / 5, rel=0.2)


def test_stock_out_weeks_do_not_pull_the_forecast_down() -> None:
    sold = poisson([40], each=40, weeks=30)
    out = [(row, week) for row in range(20) for week in (20, 21, 27, 28, 29)]
    for row, week in out:
        sold[row, week] = 0

    blind = forecast(make_panel(sold), HORIZON).means[:20].mean()
    aware = forecast(make_panel(sold, masked=out), HORIZON).means[:20].mean()

    assert aware == pytest.approx(40, rel=0.08)
    assert blind < 30


@pytest.mark.parametrize("weeks", [0, 1, 5])
def test_hardly_any_history_is_answered_and_marked(weeks: int) -> None:
    found = forecast(make_panel([[7] * weeks, [0] * weeks]), HORIZON)

    assert found.methods == [BY_ANALOGY, BY_ANALOGY]
    assert not found.is_calibrated


def test_no_products_no_forecast() -> None:
    found = forecast(make_panel([]), HORIZON)

    assert found.means.shape == (0, HORIZON)


def test_progress_is_told_before_each_step() -> None:
    told: list[tuple[str, int, int]] = []

    forecast(make_panel([[5] * 20]), HORIZON, lambda step, done, total: told.append((step, done, total)))

    assert [done for _, done, _ in told] == list(range(len(told)))
    assert {total for *_, total in told} == {len(told)}
