from __future__ import annotations

from orders.backtesting.replay import Stage
from orders.backtesting.standing import Standing, standings
from orders.planning.grammar import parse_policy
from orders.planning.presets.general import FIFO
from tests.orders.learning.past import MONDAY, WEEKDAYS, Past


def stood(past: Past, *days: int) -> list[Standing]:
    stage = Stage(past.history(), MONDAY, MONDAY + 26, WEEKDAYS, {})
    mornings = [MONDAY + day for day in days]
    return list(standings(stage, parse_policy(FIFO), mornings, late_from=5, lately=28))


def test_an_order_is_late_once_its_plan_falls_five_days_behind_its_promise_and_at_risk_before() -> None:
    past = Past(stock_now={0: 0})
    past.order(0, 9, (0, 8), price=100)
    past.buy(0, 8, 0, 8)

    on_time, slipping, late = stood(past, 1, 10, 15)

    assert (on_time.late_orders, on_time.risk_minor) == (0, 0)
    assert (slipping.day, slipping.late_orders, slipping.risk_minor) == (MONDAY + 10, 1, 800)
    assert late.late_orders == 1


def test_a_date_that_slips_by_less_than_late_is_at_risk_only() -> None:
    past = Past(stock_now={0: 0})
    past.order(0, 9, (0, 8), price=100)
    past.buy(0, 8, 0, 10)

    (found,) = stood(past, 2)

    assert (found.late_orders, found.risk_minor) == (0, 800)


def test_held_orders_are_neither() -> None:
    past = Past(stock_now={0: 0})
    past.order(0, 1, (0, 8))
    past.holds.append((0, 0, 20))

    (found,) = stood(past, 7)

    assert (found.late_orders, found.risk_minor) == (0, 0)


def test_the_day_is_seen_with_the_stock_and_the_orders_of_then() -> None:
    past = Past(stock_now={0: 0})
    (first,) = past.order(0, 2, (0, 8))
    past.order(5, 20, (0, 4))
    past.buy(0, 8, 0, 4, (8, 4))
    past.ship(first, 8, 7)

    lacking, there, gone = stood(past, 3, 5, 8)

    assert (lacking.late_orders, lacking.fill_rate) == (1, 0.0)
    assert there.fill_rate == 1.0  # not shipped, but all of it is on the shelf
    assert (gone.late_orders, gone.fill_rate) == (0, 0.5)


def test_a_day_without_orders_has_no_fill_rate() -> None:
    past = Past(stock_now={0: 3})
    past.order(10, 12, (0, 3))

    (found,) = stood(past, 2)

    assert (found.late_orders, found.risk_minor, found.fill_rate) == (0, 0, None)
