"""Orders chosen to be completed together: never more than there is, never less than by rank, the best of all sets."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from dataclasses import asdict, replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from orders.planning import choosing
from orders.planning.rules import Policy
from orders.planning.types import Reason
from tests.orders.planning.cases import Case, Line, Pick, Product, Source
from tests.orders.planning.choosing_cases import CHOOSING, contested_with_constraints
from tests.orders.planning.choosing_oracle import PENNY, ChoosingOracle, contested_case
from tests.orders.planning.random_cases import random_case
from tests.orders.planning.reading import BY_URGENCY, Row, rows, run
from tests.orders.planning.terms_oracle import TermsOracle

CASES = int(os.environ.get("PLANNING_CASES", "600"))
MORE = os.environ.get("PLANNING_CASES")
checked = settings(max_examples=int(MORE or 150), derandomize=MORE is None)
contested = st.integers(0, 2**32).map(lambda seed: contested_case(random.Random(seed)))
mixed = st.integers(0, 2**32).map(lambda seed: random_case(random.Random(seed)))


def worth_completed(case: Case, policy: Policy) -> float:
    """Return what the orders are worth whose every unit is on hand, of those that ship together."""
    planned, oracle = rows(run(case, policy)), ChoosingOracle(case)
    lacking = {
        line.order_id for line in case.lines if sum(planned[line.line_id].stock.values()) < oracle.need[line.line_id]
    }
    return oracle.worth({line.order_id for line in case.lines if oracle.is_candidate(line)} - lacking)


constrained = st.integers(0, 2**32).map(lambda seed: contested_with_constraints(random.Random(seed)))


def two_small_for_one_big() -> Case:
    """Return 6 on hand: a big order ranks first with 5, two small ones of 3 are worth more together."""
    lines = (
        Line(1, 1, 1, 5, ship_policy=1, urgency=3.0),
        Line(2, 2, 1, 3, ship_policy=1, urgency=2.9),
        Line(3, 3, 1, 3, ship_policy=1, urgency=2.9),
    )
    return Case(lines, (Source(1, 6),), (), (Product(1, lead_time_p50=5, lead_time_p90=8),))


def test_two_orders_are_completed_instead_of_one_that_ranks_first():
    planned = rows(run(two_small_for_one_big(), CHOOSING))

    assert {line: row.allocated for line, row in planned.items()} == {1: 0, 2: 3, 3: 3}
    assert {line: row.reason for line, row in planned.items()} == {1: 13, 2: 0, 3: 0}


def test_other_strategies_serve_by_rank():
    assert {line: row.allocated for line, row in rows(run(two_small_for_one_big())).items()} == {1: 5, 2: 0, 3: 0}


def test_of_more_orders_than_the_limit_rank_decides(monkeypatch):
    monkeypatch.setattr(choosing, "MOST_ORDERS", 2)

    assert {line: row.allocated for line, row in rows(run(two_small_for_one_big(), CHOOSING)).items()} == {
        1: 5,
        2: 0,
        3: 0,
    }


def test_the_choice_equals_that_of_trying_every_set():
    compared = chosen = 0
    for seed in range(CASES):
        case = (contested_case if seed % 4 else random_case)(random.Random(seed))
        oracle = ChoosingOracle(case)
        expected = {line: asdict(row) for line, row in oracle.answer().items()}
        if not oracle.is_unique:
            continue
        compared += 1

        planned = {line: asdict(row) for line, row in rows(run(case, CHOOSING)).items()}

        assert planned == expected, f"seed {seed}: {case}"
        chosen += any(row["reason"] == 13 for row in planned.values())
    assert compared > CASES / 4
    assert chosen > CASES / 100


@checked
@given(st.one_of(contested, mixed))
def test_at_least_as_much_is_completed_as_by_rank(case: Case):
    assert worth_completed(case, CHOOSING) >= worth_completed(case, BY_URGENCY) - 1e-9


@checked
@given(st.one_of(contested, mixed))
def test_no_line_of_another_order_has_fewer_units_on_hand_than_by_rank(case: Case):
    oracle = ChoosingOracle(case)
    by_rank, chosen = rows(run(case)), rows(run(case, CHOOSING))

    for line in case.lines:
        if not oracle.is_candidate(line):
            assert chosen[line.line_id].allocated >= by_rank[line.line_id].allocated


@checked
@given(constrained)
def test_with_every_constraint_mixed_in_it_completes_no_less_and_takes_from_nobody_else(case: Case):
    by_rank, chosen = rows(run(case)), rows(run(case, CHOOSING))
    candidates = {line.order_id: candidate(case, line.order_id) for line in case.lines}

    assert worth(case, chosen, candidates) >= worth(case, by_rank, candidates) - 1e-9
    for line in case.lines:
        if not candidates[line.order_id]:
            assert chosen[line.line_id].allocated >= by_rank[line.line_id].allocated


def test_choices_are_made_among_mixed_constraints():
    """So that the property above is not kept by never choosing."""
    made = 0
    for seed in range(CASES):
        case = contested_with_constraints(random.Random(seed))
        made += any(row.reason == Reason.STANDS_BACK for row in rows(run(case, CHOOSING)).values())
    assert made > CASES / 100


def candidate(case: Case, order_id: int) -> bool:
    """Tell whether an order ships together, is not held, has no split limit and is not wanted far ahead."""
    lines = [line for line in case.lines if line.order_id == order_id]
    oracle = TermsOracle(case)
    first = lines[0]
    whole = first.ship_policy == 1 or (first.ship_policy == 2 and first.has_shipped)
    wants = any(oracle.need[line.line_id] for line in lines)
    return whole and wants and not first.on_hold and not first.max_sources and not oracle.wanted_by(first)


def worth(case: Case, planned: dict[int, Row], candidates: dict[int, bool]) -> float:
    """Return what the candidates are worth whose every unit is on hand."""
    need = TermsOracle(case).need
    lines = [line for line in case.lines if candidates[line.order_id]]
    lacking = {line.order_id for line in lines if sum(planned[line.line_id].stock.values()) < need[line.line_id]}
    done = [line for line in lines if line.order_id not in lacking]
    units = sum(max(line.urgency, 0) * need[line.line_id] for line in done)
    return PENNY * len({line.order_id for line in done}) + units


@checked
@example(contested_case(random.Random(564)))  # who waits after the choice leaves a unit that completes one more
@given(st.one_of(contested, mixed))
def test_making_allocations_firm_changes_no_claim(case: Case):
    before = rows(run(case, CHOOSING))
    firm = [Pick(line_id, warehouse, qty) for line_id, row in before.items() for warehouse, qty in row.stock.items()]
    product = {line.line_id: line.product_id for line in case.lines}
    taken: dict[tuple[int, int], int] = defaultdict(int)
    for pick in firm:
        taken[product[pick.line_id], pick.warehouse_id] += pick.qty
    sources = tuple(
        source if source.source_id else replace(source, qty=source.qty - taken[source.product_id, source.warehouse_id])
        for source in case.sources
    )

    after = rows(run(replace(case, picks=(*case.picks, *firm), sources=sources), CHOOSING))

    assert {line: (row.allocated, row.pegs) for line, row in after.items()} == {
        line: (row.allocated, row.pegs) for line, row in before.items()
    }
