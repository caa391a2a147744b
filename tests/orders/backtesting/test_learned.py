from __future__ import annotations

from orders.backtesting.learned import Oracle
from orders.backtesting.replay import Stage, live_through
from orders.planning.grammar import parse_policy
from orders.planning.presets import AUTOMATED
from tests.orders.learning.models import learned, model_of
from tests.orders.learning.past import MONDAY, WEEKDAYS, Past


def contested() -> tuple[Past, Stage]:
    """Return two lines that want the same five units: the older one has time, the newer one has none."""
    past = Past(days=28, stock_now={0: 10})
    past.order(0, 60, (0, 5))
    past.order(0, 3, (0, 5))
    past.buy(0, 5, 0, 10, (5, 10))
    return past, Stage(past.history(), MONDAY, MONDAY + 20, WEEKDAYS, {})


def test_the_line_that_would_become_late_goes_first() -> None:
    _, stage = contested()
    oracle = Oracle(learned(model_of(slack_on_coming=-0.2, slack_on_stock=-0.2)), WEEKDAYS)

    lived = live_through(stage, parse_policy(AUTOMATED), oracle)

    assert (lived.done_on - MONDAY).tolist() == [10, 1]
    judged = oracle.judged(stage, lived)
    assert judged is not None
    assert (judged.cases, judged.late_share) == (1, 0.0)  # one morning, one line that was due within the replay


def test_without_a_model_the_written_rules_decide() -> None:
    _, stage = contested()
    oracle = Oracle(None, WEEKDAYS)

    lived = live_through(stage, parse_policy(AUTOMATED), oracle)

    assert (lived.done_on - MONDAY).tolist() == [1, 10]
    assert oracle.judged(stage, lived) is None


def test_what_was_said_is_compared_with_what_came() -> None:
    past, stage = contested()
    past.order(0, 5, (1, 1))  # there are none
    stage = Stage(past.history(), MONDAY, MONDAY + 20, WEEKDAYS, {})
    oracle = Oracle(learned(model_of(slack_on_lacking=-0.2)), WEEKDAYS)

    judged = oracle.judged(stage, live_through(stage, parse_policy(AUTOMATED), oracle))

    assert judged is not None
    assert judged.cases == 3 + 4  # mornings until the promised day, of the contested line and of the lacking one
    assert judged.late_share == 1.0
    assert all(each.said < each.was for each in judged.bins)  # it had expected some of them in time
