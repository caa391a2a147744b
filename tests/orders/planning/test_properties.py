"""Promises 1, 3, 6 and 7 of docs/architecture.md on the pure core, under Hypothesis."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from orders.planning.rules import FIFO
from orders.planning.types import Reason, ShipPolicy
from tests.orders.planning.cases import Case, Line, Pick, Source
from tests.orders.planning.checking import checked, need
from tests.orders.planning.oracle import Oracle
from tests.orders.planning.random_cases import random_case
from tests.orders.planning.reading import Row, rows, run

cases = st.integers(0, 2**32).map(lambda seed: random_case(random.Random(seed)))


@checked
@given(cases)
def test_replanning_with_the_plan_made_firm_changes_no_claim(case: Case):
    before = rows(run(case))
    product = {line.line_id: line.product_id for line in case.lines}
    order_of = {line.line_id: line.order_id for line in case.lines}
    used: dict[tuple[int, int], int] = defaultdict(int)
    firm = []
    for line_id, row in before.items():
        for warehouse, qty in row.stock.items():
            firm.append(Pick(line_id, warehouse, qty))
            used[product[line_id], warehouse] += qty
    rest = tuple(
        source if source.source_id else replace(source, qty=source.qty - used[source.product_id, source.warehouse_id])
        for source in case.sources
    )

    after = rows(run(replace(case, picks=(*case.picks, *firm), sources=rest)))

    for line_id, row in before.items():
        assert (after[line_id].allocated, after[line_id].pegs) == (row.allocated, row.pegs)
        order = [line.line_id for line in case.lines if line.order_id == order_of[line_id]]
        if all(covered(case, other, before[other]) for other in order) and row.reason != Reason.ETA_BY_HAND:
            assert after[line_id].eta_p50 == row.eta_p50


@checked
@given(cases)
def test_no_worse_ranked_line_gets_a_unit_that_a_better_one_waits_for(case: Case):
    planned, needs = rows(run(case)), need(case)
    sources = {source.source_id: source for source in case.sources if source.source_id}
    ranked = sorted(case.lines, key=lambda line: (-line.urgency, line.placed_at, line.order_id, line.line_id))
    alone = [line for line in ranked if line.ship_policy == ShipPolicy.PARTIAL and not line.on_hold]

    for place, better in enumerate(alone):
        mine = planned[better.line_id]
        for worse in alone[place + 1 :]:
            if worse.product_id != better.product_id:
                continue
            theirs = planned[worse.line_id]
            lacks = needs[better.line_id] - sum(mine.stock.values())
            assert not (lacks and theirs.stock), (better, worse)
            assert not (lacks - mine.pegged and theirs.pegged), (better, worse)
            mine_at, theirs_at = ([arrival(case, sources[key]) for key in row.pegs] for row in (mine, theirs))
            assert not mine_at or not theirs_at or max(mine_at) <= min(theirs_at), (better, worse)


def arrival(case: Case, source: Source) -> tuple[int, int]:
    """Return the day by which sources of a product are served, and its tiebreak."""
    return Oracle(case).shelf(source).day, source.source_id


@checked
@given(cases, st.integers(1, 9), st.integers(0, 12), st.booleans())
def test_more_supply_never_worsens_the_best_line(case: Case, qty: int, days: int, on_hand: bool):
    case = replace(case, lines=tuple(replace(line, eta_by_hand=0) for line in case.lines))
    best = best_line(case)
    if best is None:
        return
    extra = (
        Source(best.product_id, qty, warehouse_id=99)
        if on_hand
        else Source(best.product_id, qty, source_id=999, expected_on=case.today + days)
    )

    before = rows(run(case))[best.line_id]
    after = rows(run(replace(case, sources=(*case.sources, extra))))[best.line_id]

    assert after.allocated + after.pegged >= before.allocated + before.pegged
    if before.eta_p50 and covered(case, best.line_id, before):
        assert 0 < after.eta_p50 <= before.eta_p50


def covered(case: Case, line_id: int, row: Row) -> bool:
    """Return whether supply, not the guess of a lead time, dates the line."""
    return sum(row.stock.values()) + row.pegged == need(case)[line_id]


def best_line(case: Case) -> Line | None:
    """Return the first line of the queue that may take, where it is taken for itself or alone in its order."""
    orders = defaultdict(list)
    for line in case.lines:
        orders[line.order_id].append(line)

    def key(line: Line) -> tuple[float, int, int, int]:
        group = [line] if line.ship_policy == ShipPolicy.PARTIAL else orders[line.order_id]
        return (-max(x.urgency for x in group), line.placed_at, line.order_id, line.line_id)

    eligible = [line for line in case.lines if not line.on_hold and need(case)[line.line_id]]
    return min(eligible, key=key, default=None)


@checked
@given(cases)
def test_fifo_ignores_urgency(case: Case):
    calm = replace(case, lines=tuple(replace(line, urgency=0.0) for line in case.lines))

    assert rows(run(case, FIFO)) == rows(run(calm, FIFO)) == rows(run(calm))


@checked
@given(cases)
def test_dates_are_ordered_and_only_held_or_unordered_goods_have_none(case: Case):
    known = {product.product_id for product in case.products if product.lead_time_p50}

    for line, row in ((line, rows(run(case))[line.line_id]) for line in case.lines):
        assert row.eta_p90 >= row.eta_p50
        assert not row.eta_p50 or row.eta_p50 >= case.today
        if not row.eta_p50 and not line.on_hold:
            order = {other.product_id for other in case.lines if other.order_id == line.order_id}
            assert not order <= known
