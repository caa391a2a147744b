"""All constraints at once: the plan equals the oracle's, and what holds for every plan holds for these.

``PLANNING_CASES=20000`` in the environment, and ``--timeout=0``, compares that many of each way to divide supply.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning.types import Outcome, Reason
from tests.orders.planning.cases import Case, components, shuffled
from tests.orders.planning.mixed_cases import ORACLES, mixed_case
from tests.orders.planning.reading import as_bytes, claims, kept, rows, run
from tests.orders.planning.segment_oracle import SegmentOracle
from tests.orders.planning.test_properties import checked, need

CASES = int(os.environ.get("PLANNING_CASES", "600"))
mixed = st.tuples(st.integers(0, 2**32), st.sampled_from(sorted(ORACLES))).map(
    lambda drawn: mixed_case(random.Random(drawn[0]), drawn[1])
)


@pytest.mark.parametrize("divider", ORACLES)
def test_plans_equal_the_oracle_with_every_constraint_mixed_in(divider: str) -> None:
    reasons = set()
    for seed in range(CASES):
        case = mixed_case(random.Random(seed), divider)
        result, oracle = run(case), ORACLES[divider](case)

        planned = {line: asdict(row) for line, row in rows(result).items()}

        expected = {line: asdict(row) for line, row in oracle.answer().items()}
        assert planned == expected, f"seed {seed}: {case}"
        if isinstance(oracle, SegmentOracle):
            assert kept(result) == oracle.kept, f"seed {seed}: {case}"
        reasons |= {row["reason"] for row in planned.values()}
    assert reasons == set(Reason) - {Reason.STANDS_BACK}  # said only of orders that an optimiser chose against


@checked
@given(mixed)
def test_no_unit_is_claimed_twice_and_no_line_gets_more_than_it_needs(case: Case):
    product, needs, planned = {line.line_id: line.product_id for line in case.lines}, need(case), rows(run(case))
    claimed: dict[tuple[int, int, int], int] = defaultdict(int)
    for line_id, row in planned.items():
        assert sum(row.stock.values()) + sum(row.pegs.values()) <= needs[line_id]
        for warehouse, qty in row.stock.items():
            claimed[product[line_id], warehouse, 0] += qty
        for source, qty in row.pegs.items():
            claimed[product[line_id], 0, source] += qty

    held = {(s.product_id, 0 if s.source_id else s.warehouse_id, s.source_id): s.qty for s in case.sources}
    assert all(0 < qty <= held[key] for key, qty in claimed.items())


@checked
@given(mixed)
def test_every_line_is_planned_frozen_or_excluded(case: Case):
    result = run(case)

    assert sorted(result.line_id.tolist()) == sorted(line.line_id for line in case.lines)
    assert sum(int((result.outcome == outcome).sum()) for outcome in Outcome) == len(case.lines)


@checked
@given(mixed, st.randoms(use_true_random=False))
def test_same_content_in_another_order_gives_the_same_bytes(case: Case, random_: random.Random):
    assert as_bytes(run(shuffled(case, random_))) == as_bytes(run(case))


@checked
@given(mixed)
def test_a_component_planned_alone_equals_the_full_run(case: Case):
    full = rows(run(case))

    for alone in components(case):
        assert all(full[line_id] == row for line_id, row in rows(run(alone)).items())


@checked
@given(mixed)
def test_replanning_settles_with_the_second_plan(case: Case):
    second = claims(run(replace(case, previous=claims(run(case)))))

    assert claims(run(replace(case, previous=second))) == second
