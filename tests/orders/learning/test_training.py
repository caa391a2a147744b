from __future__ import annotations

import numpy as np
import pytest

from orders.learning.costs import GOODWILL, learn_costs, per_pound
from orders.learning.habits import PRIOR, learn_habits
from orders.learning.snapshots import take_cases
from orders.learning.training import train
from tests.orders.learning.past import MONDAY, WEEKDAYS, Past


def busy_past(*, days: int = 180, rng: int = 7, lateness_follows_supply: bool = True) -> Past:
    """Return half a year of two products: orders every working day, promised in ten days.

    Product 0 is in stock and leaves in time; product 1 comes some days before or after the promise. Where lateness
    does not follow supply, a coin decides who is late.
    """
    draw = np.random.default_rng(rng)
    past = Past(days=days, stock_now={0: 10_000, 1: 0})
    for day in range(days - 15):
        if day % 7 > 4:
            continue
        for k in range(14):
            product = k % 2
            (line,) = past.order(day, day + 10, (product, int(draw.integers(1, 9))), tier=int(draw.integers(0, 4)))
            qty = past.lines[line]["qty"]
            arrives = day + int(draw.integers(5, 17))
            if product == 1:
                past.buy(1, qty, day, arrives, (qty, arrives))
            left = arrives if product == 1 else day + 4
            if not lateness_follows_supply:
                left = day + (14 if draw.random() < 0.3 else 10)
            past.ship(line, qty, left)
    return past


def test_cases_are_open_lines_whose_outcome_was_known() -> None:
    past = Past(days=60, stock_now={0: 5})
    (first,) = past.order(0, 9, (0, 1))
    past.ship(first, 1, 2)  # the warm-up counts from here: looks on days 28, 32, 38, 44 …
    (late,) = past.order(27, 40, (0, 1))
    past.ship(late, 1, 44)
    (late_already,) = past.order(20, 27, (0, 1))
    past.ship(late_already, 1, 35)
    past.order(27, 70, (0, 1))  # promised for after the end

    cases = take_cases(past.history(), until_on=MONDAY + 60, calendar=WEEKDAYS)

    assert (cases.day - MONDAY).tolist() == [28, 32, 38]
    assert cases.is_late.all()


def test_a_model_finds_what_makes_lines_late_and_says_how_sure_it_is() -> None:
    trained = train(busy_past().history(), until_on=MONDAY + 180, calendar=WEEKDAYS)

    assert trained.refusal == ""
    assert trained.model is not None
    assert trained.judgement is not None
    assert trained.judgement.skill > 0.25
    assert (trained.judgement.auc or 0) > 0.75


def test_a_model_that_knows_no_better_than_a_coin_is_refused() -> None:
    trained = train(busy_past(lateness_follows_supply=False).history(), until_on=MONDAY + 180, calendar=WEEKDAYS)

    assert trained.judgement is not None
    assert trained.refusal.startswith("No better than the base rate")


def test_thin_history_teaches_nothing() -> None:
    trained = train(busy_past(days=60).history(), until_on=MONDAY + 60, calendar=WEEKDAYS)

    assert trained.model is None
    assert "are needed" in trained.refusal


def test_nothing_from_the_day_on_is_learned_from() -> None:
    past, cut = busy_past(), 120
    whole = take_cases(past.history(), until_on=MONDAY + cut, calendar=WEEKDAYS)
    for product, qty, day, _, _ in past.moves:
        past.stock_now[product] -= qty if day >= cut else 0  # stock is counted back from now
    past.moves = [move for move in past.moves if move[2] < cut]
    past.departures = [departure for departure in past.departures if departure[2] < cut]
    past.receipts = [receipt for receipt in past.receipts if receipt[2] < cut]

    forgetful = take_cases(past.history(), until_on=MONDAY + cut, calendar=WEEKDAYS)

    assert whole.count > 100
    assert whole.is_late.tobytes() == forgetful.is_late.tobytes()
    for name, column in whole.columns.items():
        assert column.tobytes() == forgetful.columns[name].tobytes()


def test_habits_are_drawn_towards_the_average() -> None:
    past = Past(days=60, products=2)
    for k in range(10):
        (line,) = past.order(0, 5, (k % 2, 1))
        past.ship(line, 1, 9 if k % 2 else 3)

    habits = learn_habits(past.history(), MONDAY + 30)

    assert habits.late_share == pytest.approx([PRIOR * 0.5 / (5 + PRIOR), (5 + PRIOR * 0.5) / (5 + PRIOR)])
    assert habits.of(np.array([99]))[0] == pytest.approx([0.5])


def test_without_cancellations_lateness_costs_goodwill_alone() -> None:
    costs = learn_costs(busy_past(days=60).history(), MONDAY + 60)

    assert per_pound(costs, {}) == pytest.approx(GOODWILL)
    assert per_pound(costs, {"gold": 12}) == pytest.approx([0.04, 0.12, 0.02, 0.01, 0.01])
