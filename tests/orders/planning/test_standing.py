"""Who is ahead of a line, by which rule, and what would free it."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning.engine import plan
from orders.planning.gating import all_lines_day, as_if_here, gating_lines
from orders.planning.points import Linear
from orders.planning.rules import Policy, Rule
from orders.planning.standing import PLACED_EARLIER, Ahead, Freeing, ahead, what_frees
from orders.planning.types import Attribute, Outcome, Plan
from tests.orders.planning.cases import TODAY, Case, Line, Pick, Product, Source, arrays
from tests.orders.planning.checking import checked
from tests.orders.planning.random_cases import random_case
from tests.orders.planning.reading import BY_URGENCY, Row, rows, run

cases = st.integers(0, 2**32).map(lambda seed: by_line(random_case(random.Random(seed))))


def by_line(case: Case) -> Case:
    """Return the case with its lines by id, as screens have them."""
    return replace(case, lines=tuple(sorted(case.lines, key=lambda line: line.line_id)))


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


def waiting_alone(case: Case, result: Plan) -> list[Line]:
    """Return the lines that lack units and of whose order no other line does, unless it leaves in parts."""
    planned = rows(result)
    lacks = {
        line.line_id: planned[line.line_id].outcome == Outcome.PLANNED
        and planned[line.line_id].allocated < line.open_qty
        for line in case.lines
    }
    others = {order: sum(lacks[x.line_id] for x in case.lines if x.order_id == order) for order in _orders(case)}
    return [line for line in case.lines if lacks[line.line_id] and (not line.ship_policy or others[line.order_id] == 1)]


def _orders(case: Case) -> set[int]:
    return {line.order_id for line in case.lines}


def received(case: Case, line: Line, units: int) -> Row:
    """Return the line's plan with more units of its product on hand, in a warehouse of the least preference."""
    return rows(run(replace(case, sources=(*case.sources, Source(line.product_id, units, 9, preference=5)))))[
        line.line_id
    ]


@checked
@given(cases)
def test_as_many_units_as_are_named_free_a_line(case: Case):
    result = run(case)
    for line in waiting_alone(case, result):
        frees = what_frees(arrays(case)[0], result, line.line_id, np.full(len(result.pegs.qty), TODAY))

        got = received(case, line, frees.queue_qty)
        pinned = rows(run(replace(case, picks=(*case.picks, Pick(line.line_id, 9, frees.short_qty)))))[line.line_id]

        assert got.allocated == pinned.allocated == line.open_qty


def test_a_first_shipment_ahead_takes_what_is_received_though_its_order_waits_for_more():
    """2 are wanted by an order with one backorder, which waits for another product, 3 by the line behind it."""
    lines = (
        Line(1, 1, 1, 2, urgency=9.0, ship_policy=2),
        Line(2, 1, 2, 1, urgency=9.0, ship_policy=2),
        Line(3, 2, 1, 3),
    )
    sources = (Source(1, 9, source_id=501, expected_on=TODAY + 4), Source(2, 1, source_id=502, expected_on=TODAY + 8))
    case = Case(lines, sources, (), (Product(1), Product(2)))
    result = run(case)

    frees = what_frees(arrays(case)[0], result, 3, np.full(len(result.pegs.qty), TODAY))

    assert rows(result)[1].gate == 2
    assert frees.queue_qty == 5
    assert [received(case, lines[2], units).allocated for units in (5, 4)] == [3, 2]


@checked
@given(cases)
def test_no_item_of_another_product_would_win_an_order_more_days_than_its_gating_item(case: Case):
    """Where supply covers the order, for what nobody has ordered gates it; days by hand say nothing of supply."""
    order_id = case.lines[0].order_id
    own = (replace(line, eta_by_hand=0) for line in case.lines if line.order_id == order_id)
    case = replace(case, lines=tuple(own))
    product = {line.line_id: line.product_id for line in case.lines}
    result = run(case)
    gates = gating_lines(result, order_id)
    waits = {line for line, row in rows(result).items() if row.outcome == Outcome.PLANNED and row.reason}

    assert set(gates.tolist()) <= waits
    assert bool(len(gates)) == bool(waits)
    if len(gates) == 1 and (result.allocated_qty + result.pegged_qty == arrays(case)[0].open_qty).all():
        day = {line: day_if_here(case, line) for line in waits}
        others = [day[line] for line in waits if product[line] != product[gates[0]]]
        assert day[gates[0]] <= min([all_lines_day(result.eta_p50), *others])


def day_if_here(case: Case, line_id: int) -> int:
    """Return the day of the case's only order if a line of it had its units."""
    backlog, supply, frozen, products, attributes, context = arrays(case)
    here = as_if_here(frozen, backlog, line_id)
    return all_lines_day(plan(backlog, supply, here, products, attributes, BY_URGENCY, context).eta_p50)


def test_a_line_that_is_not_in_the_plan_is_refused():
    case = queue()

    with pytest.raises(ValueError, match="line 99 is not in the plan"):
        ahead(arrays(case)[0], run(case, BY_URGENCY), 99)
