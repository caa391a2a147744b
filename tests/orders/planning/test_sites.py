"""Calendars and handling of one's own: suppliers, warehouses; against the oracle, and in worked numbers."""

from __future__ import annotations

import os
import random
from dataclasses import asdict, replace

import numpy as np
import pytest

from orders.planning.availability import Committed, Questions, availability
from orders.planning.types import Calendar
from tests.orders.planning.cases import (
    FIVE_DAYS,
    TODAY,
    Case,
    House,
    Line,
    Product,
    Source,
    Way,
    arrays,
    components,
    shuffled,
)
from tests.orders.planning.oracle import Oracle
from tests.orders.planning.reading import rows, run
from tests.orders.planning.site_cases import random_site_case

CASES = int(os.environ.get("PLANNING_CASES", "2000"))
MONDAY = TODAY + (1 - TODAY % 7) % 7  # ordinal 1 was a Monday
SIX_DAYS = Calendar(weekmask=(True, True, True, True, True, True, False))


def test_plan_equals_the_oracle_whatever_the_calendars():
    for seed in range(CASES):
        case = random_site_case(random.Random(seed))

        planned = {line: asdict(row) for line, row in rows(run(case)).items()}

        expected = {line: asdict(row) for line, row in Oracle(case).answer().items()}
        assert planned == expected, f"seed {seed}: {case}"


def test_rows_in_another_order_and_components_alone_say_the_same():
    for seed in range(200):
        random_ = random.Random(seed)
        case = random_site_case(random_)
        whole = {line: asdict(row) for line, row in rows(run(case)).items()}

        assert {line: asdict(row) for line, row in rows(run(shuffled(case, random_))).items()} == whole
        alone = {line: asdict(row) for part in components(case) for line, row in rows(run(part)).items()}
        assert alone == whole


def test_each_warehouse_needs_its_own_days():
    """One unit in a warehouse that ships on the day, one in a warehouse that needs two working days."""
    case = Case(
        lines=(Line(1, 1, 1, 1, urgency=2.0), Line(2, 2, 1, 1)),
        sources=(Source(1, 1, warehouse_id=1), Source(1, 1, warehouse_id=2, preference=1)),
        products=(Product(1),),
        houses=(House(2, handling_days=2),),
        today=MONDAY + 3,
    )

    answer = rows(run(case))

    assert (answer[1].eta_p50, answer[2].eta_p50) == (MONDAY + 3, MONDAY + 7)  # Thursday, Monday


def test_a_supplier_that_works_saturdays_delivers_to_a_warehouse_that_does_not():
    """Expected on Friday, a working day late: the supplier's Saturday, which the warehouse opens on Monday."""
    case = Case(
        lines=(Line(1, 1, 1, 1),),
        sources=(Source(1, 1, source_id=7, expected_on=MONDAY + 4, delay_p50=1, delay_p90=1),),
        products=(Product(1),),
        calendars=(SIX_DAYS,),
        ways=(Way(7, 1),),
        today=MONDAY,
    )

    assert rows(run(case))[1].eta_p50 == MONDAY + 7
    assert rows(run(replace(case, houses=(House(1, 1),))))[1].eta_p50 == MONDAY + 5
    assert rows(run(replace(case, ways=())))[1].eta_p50 == MONDAY + 7


def test_holidays_of_the_warehouse_count_and_those_of_the_company_do_not():
    closed = Calendar(FIVE_DAYS.weekmask, (MONDAY, MONDAY + 1))
    case = Case(
        lines=(Line(1, 1, 1, 1),),
        sources=(Source(1, 1),),
        products=(Product(1),),
        calendar=closed,
        calendars=(FIVE_DAYS,),
        houses=(House(1, 1),),
        today=MONDAY,
    )

    assert rows(run(case))[1].eta_p50 == MONDAY
    assert rows(run(replace(case, houses=())))[1].eta_p50 == MONDAY + 2


@pytest.mark.parametrize("seed", range(100))
def test_availability_is_the_date_of_the_last_order_in_line(seed: int):
    """Whoever asks gets the date that an order at the lowest rank would get, wherever the units are."""
    random_ = random.Random(seed)
    case = random_site_case(random_)
    case = replace(case, lines=tuple(line for line in case.lines if not line.ship_policy), picks=())
    product = random_.choice(case.products).product_id
    qty = random_.randint(1, 8)
    plan = run(case)
    _, supply, _, products, _, context = arrays(case)
    product_of = {line.line_id: line.product_id for line in case.lines}
    committed = Committed(
        product_id=np.array(
            [product_of[line] for line in [*plan.allocations.line_id, *plan.pegs.line_id]], dtype=np.int64
        ),
        warehouse_id=np.r_[plan.allocations.warehouse_id, np.zeros_like(plan.pegs.line_id)],
        source_id=np.r_[np.zeros_like(plan.allocations.line_id), plan.pegs.source_id],
        qty=np.r_[plan.allocations.qty, plan.pegs.qty],
    )

    asked = availability(
        Questions(np.array([0]), np.array([product]), np.array([qty])), supply, committed, products, context
    )

    last = Line(99, 99, product, qty, placed_at=10**6, urgency=-1e6)
    got = rows(run(replace(case, lines=(*case.lines, last))))[99]
    assert (int(asked.p50[0]), int(asked.p90[0])) == (got.eta_p50, got.eta_p90)
