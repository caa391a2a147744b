"""Who is ahead of a line, by which rule, and what would free it."""

from __future__ import annotations

import numpy as np
import pytest

from orders.planning.engine import plan
from orders.planning.points import Linear
from orders.planning.rules import Policy, Rule
from orders.planning.standing import PLACED_EARLIER, Ahead, Freeing, ahead, what_frees
from orders.planning.types import Attribute
from tests.orders.planning.cases import TODAY, Case, Line, Product, Source, arrays
from tests.orders.planning.reading import BY_URGENCY, run


def queue() -> Case:
    """Return 6 on hand and 4 coming for four lines: urgency 9, 5, 5 (later) and a complete order's 1."""
    return Case(
        lines=(
            Line(1, 1, 1, 4, urgency=5.0, placed_at=10),
            Line(2, 2, 1, 4, urgency=5.0, placed_at=20),
            Line(3, 3, 1, 4, urgency=9.0),
            Line(4, 4, 1, 3, urgency=1.0),
            Line(5, 5, 1, 2, urgency=20.0, on_hold=True),
        ),
        sources=(Source(1, 6), Source(1, 4, source_id=501, expected_on=TODAY + 4)),
        products=(Product(1),),
    )


def test_the_nearest_line_ahead_comes_first_with_the_rule_that_decides():
    case = queue()

    found = ahead(arrays(case)[0], run(case), 2)

    assert found == (
        Ahead(line_id=1, order_id=1, allocated_qty=2, pegged_qty=2, gap=0.0, rule=PLACED_EARLIER),
        Ahead(line_id=3, order_id=3, allocated_qty=4, pegged_qty=0, gap=4.0, rule=0),
    )


def test_the_answer_is_limited_and_empty_for_the_first_in_line():
    case = queue()

    assert [row.line_id for row in ahead(arrays(case)[0], run(case), 4, limit=1)] == [2]
    assert ahead(arrays(case)[0], run(case), 3) == ()


def test_the_rule_named_is_the_one_that_differs_most():
    lines = (Line(1, 1, 1, 1, urgency=30.0), Line(2, 2, 1, 1, urgency=10.0))
    backlog, supply, frozen, products, attributes, context = arrays(Case(lines, (Source(1, 1),), (), (Product(1),)))
    columns = {**attributes, "line.open_value": Attribute(np.array([5.0, 95.0]))}
    rules = (Rule("v", "Value", "line.open_value", Linear(0.1)), Rule("a", "Age", "order.age_days", Linear(1.0)))
    result = plan(backlog, supply, frozen, products, columns, Policy("priority", rules), context)

    assert ahead(backlog, result, 2)[0].rule == 1
    assert ahead(backlog, result, 2)[0].gap == 11.0


def test_an_order_that_ships_together_is_ahead_by_its_best_line():
    lines = (
        Line(1, 1, 1, 1, urgency=0.0, ship_policy=1),
        Line(2, 1, 2, 1, urgency=50.0, ship_policy=1),
        Line(3, 3, 1, 1, urgency=9.0),
    )
    case = Case(lines, (Source(1, 1), Source(2, 1)), (), (Product(1), Product(2)))

    assert ahead(arrays(case)[0], run(case), 3)[0] == Ahead(1, 1, 1, 0, 41.0, 0)


def test_what_frees_counts_the_own_lack_and_the_queue_before_it():
    case = queue()
    result = run(case)

    freeing = what_frees(arrays(case)[0], result, 2, np.full(len(result.pegs.qty), TODAY + 4))

    assert freeing == Freeing(
        short_qty=4, queue_qty=6, lacking_qty=2, next_peg_on=TODAY + 4, last_peg_on=TODAY + 4, gate_line_id=0
    )


@pytest.mark.parametrize("line_id", [1, 2, 4])
def test_receiving_the_queue_quantity_frees_the_line_and_one_less_does_not(line_id: int):
    case = queue()
    result = run(case)
    needed = what_frees(arrays(case)[0], result, line_id, np.full(len(result.pegs.qty), TODAY)).queue_qty

    enough = run(Case(case.lines, (*case.sources, Source(1, needed, 2)), (), case.products))
    too_few = run(Case(case.lines, (*case.sources, Source(1, needed - 1, 2)), (), case.products))

    place = line_id - 1
    assert enough.allocated_qty[place] == case.lines[place].open_qty
    assert too_few.allocated_qty[place] < case.lines[place].open_qty


def test_a_line_that_is_not_in_the_plan_is_refused():
    case = queue()

    with pytest.raises(ValueError, match="line 99 is not in the plan"):
        ahead(arrays(case)[0], run(case, BY_URGENCY), 99)
