from __future__ import annotations

from orders.learning.history import NEVER
from tests.orders.learning.past import MONDAY, Past


def test_stock_is_counted_back_from_what_there_is_now() -> None:
    past = Past(stock_now={0: 7})
    (line,) = past.order(0, 4, (0, 5))
    past.buy(0, 10, 0, 2, (10, 2))
    past.ship(line, 5, 3)

    history = past.history()

    assert [history.on_hand(MONDAY + day).tolist() for day in (1, 3, 4)] == [[2], [12], [7]]


def test_a_line_lacks_what_has_not_left_and_is_done_with_its_last_unit() -> None:
    past = Past()
    first = past.order(0, 4, (0, 5), (1, 2))[0]
    past.ship(first, 2, 3)
    past.ship(first, 3, 8)

    history = past.history()

    assert [history.left_qty(MONDAY + day).tolist() for day in (3, 4, 9)] == [[5, 2], [3, 2], [0, 2]]
    assert history.done_on().tolist() == [MONDAY + 8, NEVER]


def test_what_is_still_to_come_is_what_was_known_that_morning() -> None:
    past = Past()
    past.buy(0, 10, 1, 6, (4, 7), (6, 14))

    history = past.history()

    def known(day: int) -> tuple[int, int]:
        qty, named = history.outstanding(MONDAY + day)
        return int(qty[0]), int(named[0]) - MONDAY

    assert known(1)[0] == 0  # not ordered yet
    assert known(2) == (10, 6)
    assert known(8) == (6, 14)  # who delivered short named a day for the rest
    assert known(15)[0] == 0


def test_a_hold_counts_from_the_morning_after_it_began() -> None:
    past = Past()
    past.order(0, 4, (0, 1))
    past.holds.append((0, 2, 5))

    history = past.history()

    assert [bool(history.held(MONDAY + day)[0]) for day in (2, 3, 5, 6)] == [False, True, True, False]
