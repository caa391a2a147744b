"""What was known of suppliers on a morning of the past."""

from __future__ import annotations

from orders.learning.past_supply import DELAYS_FROM, supplier_delays
from orders.planning.types import Calendar
from tests.orders.learning.past import MONDAY, WEEKDAYS, Past


def test_suppliers_are_late_by_working_days() -> None:
    """Named for Thursday, come on Tuesday: three working days late, two where Friday was a holiday."""
    past = Past(days=60)
    for _ in range(DELAYS_FROM):
        past.buy(0, 1, 0, 3, (1, 8))
    closed = Calendar(WEEKDAYS.weekmask, holidays=(MONDAY + 4,))

    usual, without_friday = (supplier_delays(past.history(), MONDAY + 20, own).p50[0] for own in (WEEKDAYS, closed))

    assert (usual, without_friday) == (3, 2)
