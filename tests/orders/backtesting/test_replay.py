from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.backtesting.figures import figures
from orders.backtesting.replay import Lived, Stage, live_through, suppose_together, working_days
from orders.backtesting.supply import scaled
from orders.learning.history import NEVER, History
from orders.planning.grammar import parse_policy
from orders.planning.presets.general import BALANCED_PRIORITY, FIFO
from tests.orders.learning.past import COMPLETE, MONDAY, WEEKDAYS, Past
from tests.orders.planning.documents import by_value, compare, fixed, linear, policy


def stage(history: History, until: int = 26) -> Stage:
    return Stage(history, MONDAY, MONDAY + until, WEEKDAYS, {})


def lived(past: Past, document: dict[str, object] = FIFO) -> Lived:
    return live_through(stage(past.history()), parse_policy(document))


def days(values: np.ndarray) -> list[int | None]:
    return [None if value == NEVER else int(value) - MONDAY for value in values]


def test_stock_leaves_first_come_first_served_on_the_next_working_morning() -> None:
    past = Past(stock_now={0: 12})
    past.order(0, 9, (0, 8))
    past.order(0, 9, (0, 8))
    past.order(4, 9, (0, 1))  # a Friday: planned on Monday
    past.buy(0, 10, 0, 8, (10, 8))
    past.stock_now[0] = 12 + 10 - 0

    result = lived(past)

    assert days(result.done_on) == [1, 8, 8]
    assert result.shipped_qty.tolist() == [8, 8, 1]


def test_an_order_that_ships_together_leaves_whole() -> None:
    past = Past(stock_now={0: 13, 1: 0})
    past.order(0, 9, (0, 3), (1, 4), policy=COMPLETE)
    past.buy(0, 10, 0, 7, (10, 7))
    past.buy(1, 4, 0, 8, (4, 8))
    past.stock_now[1] = 4

    result = lived(past)

    assert days(result.done_on) == [8, 8]


def test_a_held_order_waits_and_others_are_served() -> None:
    past = Past(stock_now={0: 5})
    past.order(0, 9, (0, 5))
    past.order(1, 9, (0, 5))
    past.holds.append((0, 0, 20))

    assert days(lived(past).done_on) == [None, 2]


def test_the_better_ranked_are_served_first_under_other_rules() -> None:
    past = Past(stock_now={0: 5})
    past.order(0, 9, (0, 5), tier=3)
    past.order(0, 9, (0, 5), tier=0)

    assert days(lived(past, FIFO).done_on) == [1, None]
    assert days(lived(past, BALANCED_PRIORITY).done_on) == [None, 1]


@pytest.mark.parametrize(("weekday", "done"), [("tuesday", [None, 1]), ("wednesday", [1, None])])
def test_the_day_is_known_but_neither_ratings_nor_what_was_told(weekday: str, done: list[int | None]) -> None:
    past = Past(stock_now={0: 5})
    past.order(0, 9, (0, 5), tier=3)
    past.order(0, 9, (0, 5), tier=0)
    rules = [
        by_value("day", "customer.tier", when=compare("time.weekday", "eq", weekday), platinum=10),
        linear("told", "plan.times_slipped", 100),
        fixed("rated", 100, compare("customer.rating", "is_known")),
        fixed("never_told", 7, compare("plan.days_since_told", "is_unknown")),
    ]

    assert days(lived(past, policy(*rules)).done_on) == done


def test_the_day_that_the_first_plan_names_is_kept() -> None:
    past = Past(stock_now={0: 6})
    past.order(0, 9, (0, 6))
    past.order(1, 9, (0, 4))
    past.buy(0, 4, 0, 10, (4, 15))
    past.stock_now[0] = 10

    result = lived(past)

    assert days(result.dated) == [1, 10]
    assert days(result.done_on) == [1, 15]
    found = figures(stage(past.history()), result, np.ones(2))
    assert (found.dated, found.broken_promises) == (2, 1)


def test_less_supply_is_shared_out_over_the_parts_of_a_purchase() -> None:
    past = Past(stock_now={0: 0})
    past.buy(0, 10, 0, 3, (3, 3), (7, 9))

    less = scaled(past.history(), 0.5)

    assert less.purchases.qty.tolist() == [5]
    assert less.receipts.qty.tolist() == [1, 4]


@settings(max_examples=60)
@given(st.data())
def test_no_replay_ships_more_than_there_was(data: st.DataObject) -> None:
    past = Past(stock_now={0: 0, 1: 0})
    small = st.integers(1, 9)
    for _ in range(data.draw(st.integers(1, 12))):
        lines = data.draw(st.lists(st.tuples(st.integers(0, 1), small), min_size=1, max_size=3))
        past.order(data.draw(st.integers(0, 20)), 22, *lines, policy=data.draw(st.integers(0, 2)))
    there = [0, 0]
    for _ in range(data.draw(st.integers(0, 6))):
        product, units, day = data.draw(st.tuples(st.integers(0, 1), small, st.integers(1, 24)))
        past.buy(product, units, 0, day, (units, day))
        there[product] += units
    past.stock_now = {0: there[0], 1: there[1]}  # nothing was shipped in the real past

    result = lived(past, data.draw(st.sampled_from([FIFO, BALANCED_PRIORITY])))

    product = np.array([line["product"] for line in past.lines])
    shipped = [int(result.shipped_qty[product == k].sum()) for k in range(2)]
    assert shipped[0] <= there[0]
    assert shipped[1] <= there[1]
    assert (result.shipped_qty <= result.open_at_start).all()
    assert ((result.done_on < NEVER) == (result.shipped_qty == result.open_at_start)).all()


def test_weekends_are_not_lived_through() -> None:
    assert [day - MONDAY for day in working_days(stage(Past().history(), until=9))] == [0, 1, 2, 3, 4, 7, 8]


def test_orders_supposed_to_ship_together_are_the_same_in_every_replay() -> None:
    past = Past()
    for day in range(200):
        past.order(day % 20, 25, (0, 1), policy=day % 2)  # every other one asked for it anyway

    first, again = (suppose_together(past.history(), 0.3).orders.ship_policy for _ in range(2))

    assert (first == again).all()
    assert (first[1::2] == COMPLETE).all()
    assert 20 <= (first[::2] == COMPLETE).sum() <= 40


def test_a_maximum_over_days_holds_from_day_to_day() -> None:
    """Seven units a week: four left on the Friday before, three leave on Monday, and four a week after the Friday."""
    past = Past(stock_now={0: 26})
    (before, waits) = past.order(-5, 30, (0, 4), (0, 20))
    past.ship(before, 4, -3)
    weekly = {"id": "all", "label": "All", "at_most": {"units": 7}, "window_days": 7}
    document = {"version": 1, "strategy": "priority", "rules": [], "quotas": [weekly]}
    history, policy = past.history(), parse_policy(document)

    sent = [
        int(live_through(Stage(history, MONDAY, MONDAY + until, WEEKDAYS, {}), policy).shipped_qty[waits])
        for until in (1, 4, 5, 7, 8)
    ]

    assert sent == [3, 3, 7, 7, 10]
