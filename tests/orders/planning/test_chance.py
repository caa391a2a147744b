"""The chance that a promise is kept: worked numbers, properties, and the same from SQL."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning.chance import CURVE, chance_of_keeping, revenue_at_risk
from orders.planning.types import NO_DAY, Ints

TODAY = 740_000


def chance(promised: int, p50: int, p90: int, here: bool = False) -> float:
    """Return one chance; days count from today, None is none."""
    return float(chance_of_keeping(*(np.array([day]) for day in (promised, p50, p90)), np.array([here]))[0])


@pytest.mark.parametrize(
    ("promised", "p50", "p90", "expected"),
    [
        (10, 10, 15, 0.78),
        (15, 10, 15, 0.95),
        (9, 10, 15, 0.035),
        (4, 10, 15, 0.0308),
        (10, 10, 10, 0.95),
        (9, 10, 10, 0.035),
        (60, 10, 15, CURVE.surest),
    ],
)
def test_worked_numbers(promised: int, p50: int, p90: int, expected: float) -> None:
    assert chance(TODAY + promised, TODAY + p50, TODAY + p90) == pytest.approx(expected)


def test_what_is_here_leaves_in_time_or_does_not() -> None:
    assert chance(TODAY, TODAY, TODAY, here=True) == 1
    assert chance(TODAY - 1, TODAY, TODAY, here=True) == 0


def test_what_nobody_can_date_has_no_chance_and_what_is_not_promised_none_to_keep() -> None:
    assert chance(TODAY, NO_DAY, NO_DAY) == 0
    assert np.isnan(chance(NO_DAY, TODAY, TODAY))


DAYS = st.integers(min_value=TODAY, max_value=TODAY + 400)


@given(promised=DAYS, p50=DAYS, spread=st.integers(0, 90))
def test_a_later_promise_is_never_less_sure(promised: int, p50: int, spread: int) -> None:
    now, then = chance(promised, p50, p50 + spread), chance(promised + 1, p50, p50 + spread)

    assert 0 <= now <= then <= CURVE.surest


@given(promised=DAYS, p50=DAYS, spread=st.integers(0, 90))
def test_a_later_delivery_is_never_surer(promised: int, p50: int, spread: int) -> None:
    assert chance(promised, p50 + 1, p50 + 1 + spread) <= chance(promised, p50, p50 + spread)


@given(p50=DAYS, spread=st.integers(1, 90))
def test_the_quantiles_lie_where_their_names_say(p50: int, spread: int) -> None:
    assert 0.5 <= chance(p50, p50, p50 + spread) < 0.9
    assert chance(p50 + spread, p50, p50 + spread) >= 0.9


def test_revenue_at_risk_leaves_out_what_is_not_promised() -> None:
    value: Ints = np.array([1000, 2000, 500])

    assert revenue_at_risk(value, np.array([0.9, np.nan, 0.0])) == pytest.approx(600)
