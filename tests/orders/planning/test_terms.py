"""Terms and wishes: what the oracle says, what properties promise, what the grammar refuses.

``PLANNING_CASES=20000`` in the environment compares more cases with the oracle.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from dataclasses import asdict, replace

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning import schema
from orders.planning.grammar import InvalidPolicyError, parse_policy, rule_labels
from orders.planning.points import Linear
from orders.planning.reading import Report
from orders.planning.rules import FarFuture, Policy, Rule, Starvation
from orders.planning.strategies import complete
from orders.planning.types import Outcome, Reason, ShipPolicy
from tests.orders.planning.cases import Case, Line, Product, Source
from tests.orders.planning.checking import checked, need
from tests.orders.planning.documents import policy, rule
from tests.orders.planning.random_cases import random_case
from tests.orders.planning.reading import rows, run
from tests.orders.planning.terms_oracle import TermsOracle, fill_now, random_terms_case

CASES = int(os.environ.get("PLANNING_CASES", "2000"))
JOINT = ShipPolicy.JOINT

cases = st.integers(0, 2**32).map(lambda seed: random_terms_case(random.Random(seed)))


def test_plans_with_terms_equal_the_oracle():
    reasons = set()
    for seed in range(CASES):
        case = random_terms_case(random.Random(seed))

        planned = {line: asdict(row) for line, row in rows(run(case)).items()}

        expected = {line: asdict(row) for line, row in TermsOracle(case).answer().items()}
        assert planned == expected, f"seed {seed}: {case}"
        reasons |= {row["reason"] for row in planned.values()}
    assert reasons == set(Reason) - {Reason.STANDS_BACK}  # said only of orders that a model chose against


@checked
@given(cases)
def test_no_line_gets_fewer_units_than_it_takes_at_a_time(case: Case):
    oracle, planned = TermsOracle(case), rows(run(case))

    for line in case.lines:
        row = planned[line.line_id]
        units = sum(row.stock.values()) + row.pegged
        assert line.ship_policy != JOINT or not units or units >= oracle.least(line)


@checked
@given(cases)
def test_an_order_below_its_fill_has_nothing_ready(case: Case):
    planned = rows(run(case))
    for order_id in {line.order_id for line in case.lines if line.ship_policy in (JOINT, ShipPolicy.ONE_BACKORDER)}:
        order = [line for line in case.lines if line.order_id == order_id]
        whole = sum(line.weight * line.open_qty for line in order)
        there = sum(line.weight * planned[line.line_id].allocated for line in order)
        if any(planned[line.line_id].reason == Reason.READY for line in order):
            assert there * 100 >= fill_now(order[0].order_fills, order[0].releases) * whole


@checked
@given(cases)
def test_no_order_comes_from_more_warehouses_than_it_may(case: Case):
    planned = rows(run(case))
    sources: dict[int, set[int]] = defaultdict(set)
    for line in case.lines:
        sources[line.order_id] |= planned[line.line_id].stock.keys()

    for line in case.lines:
        assert not line.max_sources or len(sources[line.order_id]) <= line.max_sources


@checked
@given(cases)
def test_terms_that_bind_nobody_change_nothing(case: Case):
    plain = replace(
        case,
        lines=tuple(
            replace(line, line_fills=(), order_fills=(), max_sources=0, group=-1, ship_policy=line.ship_policy % JOINT)
            for line in case.lines
        ),
        far_horizon=None,
    )
    wide = replace(plain, far_horizon=30, preferred=((),))
    wide = replace(wide, lines=tuple(replace(line, group=0) for line in wide.lines))

    assert rows(run(wide)) == rows(run(plain))


@checked
@given(cases)
def test_hands_change_days_and_nothing_else(case: Case):
    before, after = rows(run(replace(case, pick_days=()))), rows(run(case))

    for line_id, row in after.items():
        was = before[line_id]
        assert (row.allocated, row.pegged, row.stock, row.pegs) == (was.allocated, was.pegged, was.stock, was.pegs)
        assert was.eta_p50 <= row.eta_p50 <= row.eta_p90
        is_later = row.eta_p50 > was.eta_p50
        assert row.reason == (Reason.CAPACITY if is_later and was.reason != Reason.FILL_THRESHOLD else was.reason)


@checked
@given(st.integers(0, 2**32).map(lambda seed: random_case(random.Random(seed))))
def test_nobody_who_waited_long_enough_is_overtaken_by_newer_demand(case: Case):
    """The newest orders score best here; the age that the limit reads is the lines' urgency."""
    newest_first = Policy("priority", (Rule("new", "New", "order.age_days", Linear(-1.0)),), starvation=Starvation(2))
    planned = rows(run(case, complete(newest_first, Report())))

    for old in case.lines:
        waits = need(case)[old.line_id] > sum(planned[old.line_id].stock.values())
        if old.ship_policy or old.urgency < 2 or not waits or planned[old.line_id].outcome == Outcome.EXCLUDED:
            continue
        newer = [new for new in case.lines if new.product_id == old.product_id and new.urgency < 2]
        assert not any(planned[new.line_id].stock for new in newer if not new.ship_policy)


def test_a_partial_order_with_a_fill_must_be_served_as_one():
    with pytest.raises(ValueError, match="must have ship policy JOINT"):
        run(Case((Line(1, 1, 1, 5, line_fills=(50,)),), (Source(1, 5),), products=(Product(1),)))


def with_members(**members) -> dict:
    points = {"type": "linear", "per_unit": 1}
    return policy(rule("age", "order.age_days", points=points), **members)


def test_far_future_and_starvation_are_read():
    gold = {"attribute": "customer.tier", "op": "eq", "value": "gold"}
    document = with_members(far_future={"horizon_days": 28, "when": gold}, starvation={"after_days": 90})
    jsonschema.validate(document, schema.SCHEMA)

    parsed = parse_policy(document)

    assert isinstance(parsed.far_future, FarFuture)
    assert parsed.far_future.horizon_days == 28
    assert {"order.days_to_requested", "customer.tier"} <= parsed.attributes()
    assert rule_labels(document) == ("Age", "Waited 90 days or more")


def test_a_long_wait_is_the_first_of_all_criteria():
    criterion = {"id": "tier", "label": "Tier", "attribute": "customer.tier", "values": ["gold"]}
    document = policy(criterion, strategy="lexicographic", starvation={"after_days": 90})

    assert rule_labels(document) == ("Waited 90 days or more", "Tier")


REFUSED = {
    "no horizon": (with_members(far_future={}), "far_future.horizon_days: is missing"),
    "half a day": (
        with_members(far_future={"horizon_days": 1.5}),
        "far_future.horizon_days: must be whole days from 0",
    ),
    "at once": (with_members(starvation={"after_days": 0}), "starvation.after_days: must be whole days from 1"),
    "fifo": (
        {"version": 1, "strategy": "fifo", "rules": [], "starvation": {"after_days": 9}},
        "starvation: is for other strategies",
    ),
}


@pytest.mark.parametrize(("document", "refusal"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_members_are_refused_with_their_place(document, refusal):
    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy(document)

    assert any(str(problem).startswith(refusal) for problem in refused.value.problems), refused.value.problems
