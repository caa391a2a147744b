"""What was known of suppliers on a morning of the past."""

from __future__ import annotations

from orders.learning.past_supply import DELAYS_FROM, supplier_delays
from orders.planning.types import Calendar
from tests.orders.learning.past import MONDAY, WEEKDAYS, Past


def test_suppliers_are_late_by_working_days() -> None:
    """Named for Thursday, come on Tuesday: three working days late, two where Friday was a holiday."""
    past = Past(days=60)
    for week in range(0, 7 * DELAYS_FROM, 7):
        past.buy(0, 1, week, week + 3, (1, week + 8))
    closed = Calendar(WEEKDAYS.weekmask, holidays=tuple(MONDAY + week + 4 for week in range(0, 7 * DELAYS_FROM, 7)))

    usual, without_friday = (supplier_delays(past.history(), MONDAY + 50, own).p50[0] for own in (WEEKDAYS, closed))

    assert (usual, without_friday) == (3, 2)


def test_what_one_lorry_brought_counts_once() -> None:
    past = Past(days=60)
    for week in range(0, 7 * DELAYS_FROM, 7):
        past.buy(0, 1, week, week + 3, (1, week + 3))
    for _ in range(30):
        past.buy(0, 1, 0, 3, (1, 31))

    assert supplier_delays(past.history(), MONDAY + 50, WEEKDAYS).p50[0] == 0
