from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.learning.judging import judge


def test_figures_by_hand() -> None:
    risk = np.array([0.1, 0.4, 0.35, 0.8])
    is_late = np.array([False, False, True, True])

    found = judge(risk, is_late)

    assert found.brier == pytest.approx((0.01 + 0.16 + 0.65**2 + 0.04) / 4)
    assert found.brier_base_rate == pytest.approx(0.25)
    assert found.skill == pytest.approx(1 - found.brier / 0.25)
    assert found.auc == pytest.approx(3 / 4)  # of four pairs only (0.35, 0.4) is the wrong way round
    assert [(each.low, each.cases) for each in found.bins] == [(0.1, 1), (0.3, 2), (0.7, 1)]


def test_saying_the_base_rate_has_no_skill_and_cannot_rank() -> None:
    found = judge(np.full(4, 0.25), np.array([True, False, False, False]))

    assert found.skill == pytest.approx(0.0)
    assert found.auc == pytest.approx(0.5)
    assert found.calibration_error == pytest.approx(0.0)


def test_where_all_ended_alike_nothing_can_be_ranked() -> None:
    assert judge(np.array([0.2, 0.3]), np.array([False, False])).auc is None


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=12))
def test_auc_is_the_share_of_pairs_in_the_right_order(cases: list[tuple[int, bool]]) -> None:
    risk = np.array([value / 5 for value, _ in cases])
    is_late = np.array([late for _, late in cases])
    pairs = [(a > b) + (a == b) / 2 for a in risk[is_late] for b in risk[~is_late]]

    found = judge(risk, is_late).auc

    assert found is None if not pairs else found == pytest.approx(sum(pairs) / len(pairs))
