"""What the guard says of figures; docs/simulation.md, section Guard, has the worked numbers."""

from __future__ import annotations

import numpy as np
import pytest

from orders.models import Guard
from orders.rules.guarding import Verdict, judge
from orders.simulation.comparing import Comparison
from tests.orders.simulation.outlooks import outlook


def compared(slips: int, *, churned: int = 0, of: int = 200, messages: int = 0) -> Comparison:
    """Make a comparison in which so many orders slip and so many move far in line."""
    eta = np.full(of, 1010)
    return Comparison(
        order_id=np.arange(of),
        before=outlook(eta),
        after=outlook(eta),
        climb=np.where(np.arange(of) < churned, of, 0),
        delay=np.zeros(of, dtype=np.int64),
        slips=np.arange(of) < slips,
        breaks=np.zeros(of, dtype=np.bool_),
        mends=np.zeros(of, dtype=np.bool_),
        newly_late=np.zeros(of, dtype=np.bool_),
        no_longer_late=np.zeros(of, dtype=np.bool_),
        news=np.zeros(of, dtype=np.int64),
        messages=messages,
    )


def said(slips: int, seen: dict[str, float] | None = None) -> Verdict:
    return judge(Guard(slipped_orders=50), compared(slips), seen=seen)


def test_a_plan_within_its_limits_passes() -> None:
    assert not said(50).is_held
    assert said(51).words == "51 orders would slip; 50 may."


def test_what_was_seen_may_come_a_tenth_worse() -> None:
    seen = dict(said(120).figures)

    assert [said(slips, seen).is_held for slips in (120, 126, 132, 133, 140)] == [False, False, False, True, True]
    assert said(140, seen).words == "140 orders would slip; 132 may."


def test_limits_that_are_not_set_hold_nothing() -> None:
    assert not judge(Guard(), compared(200, churned=200, messages=10_000)).is_held


@pytest.mark.parametrize(("churned", "is_held"), [(20, False), (21, True)])
def test_churn_is_a_percentage_of_orders(churned: int, is_held: bool) -> None:
    verdict = judge(Guard(rank_churn_percent=10), compared(0, churned=churned))

    assert verdict.is_held == is_held
    assert verdict.figures["rank_churn_percent"] == churned / 2


def test_every_limit_that_is_passed_is_named() -> None:
    verdict = judge(Guard(slipped_orders=0, messages=1_000), compared(1, messages=1_200))

    assert verdict.words == "1 order would slip; 0 may. 1,200 messages would go out; 1,000 may."
