"""The whole of planning: score, allocate, promise, explain. One pure function, no clock, no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from orders.planning.allocate import Claims, Turns, allocate
from orders.planning.choosing import complete_most
from orders.planning.cover import with_estimates
from orders.planning.demand import Demand
from orders.planning.divided import Divided
from orders.planning.explain import gate_line_ids, outcomes, reasons
from orders.planning.governance import promise_rules_of
from orders.planning.guarantees import allocate_by_segment
from orders.planning.keeping import allocate_by_class
from orders.planning.picking import roll_forward
from orders.planning.prepare import Prepared, prepare
from orders.planning.promise import find_gates, promise, sum_claims
from orders.planning.quotas import allocate_by_quota
from orders.planning.ranking import rank_order
from orders.planning.rules import Policy
from orders.planning.runs import starts_of
from orders.planning.score import score_lines
from orders.planning.sorting import pair_order
from orders.planning.supply import NOW
from orders.planning.terms import with_limits
from orders.planning.types import (
    Allocations,
    Attributes,
    Backlog,
    Bools,
    Codes,
    Context,
    Floats,
    Frozen,
    Ints,
    Pegs,
    PickDays,
    Plan,
    Previous,
    Products,
    Shipped,
    Supply,
    Terms,
)
from orders.planning.windows import with_shipped


def plan(
    backlog: Backlog,
    supply: Supply,
    frozen: Frozen,
    products: Products,
    attributes: Attributes,
    policy: Policy,
    context: Context,
    after_step: Callable[[str], None] | None = None,
    previous: Previous | None = None,
    terms: Terms | None = None,
    demand: Demand | None = None,
    pick_days: PickDays | None = None,
    shipped: Shipped | None = None,
) -> Plan:
    """Return what every open line gets, when, and why.

    Same content, same plan, bit for bit, whatever the order of the input rows. Planning only the lines and supply of
    one connected component (see ``components``) returns the same rows as planning all. Inputs are not changed.
    ``after_step`` is told the name of each step that is done (prepare, score, allocate, promise, explain), so that a
    caller with a clock can time them or show progress. ``previous`` is the plan in force, which the guarantees of a
    policy's segments are measured against; without it nobody had anything. ``terms`` are what some orders ask beyond
    their ship policy. ``demand`` is what is forecast, for policies that read it; without it nothing is. ``pick_days``
    are the days that lines wait for a warehouse's hands. ``shipped`` is what left in the windows of the policy's
    quotas; without it nothing did.
    Raises ValueError for input that breaks the contract of ``types``. O(n log n) in lines, plus a loop over the lines
    of orders that ship together; docs/planning.md has measured times.
    """
    announce = after_step or _to_nobody
    ready = with_limits(prepare(backlog, supply, frozen, products, attributes, context), terms, policy)
    ready = with_shipped(with_estimates(ready, policy.attributes(), demand), shipped, policy)
    announce("prepare")
    score, points = score_lines(policy, ready.attributes, len(ready.product))
    announce("score")
    ranked = _in_line(ready, score)
    divided = _choose(ready, ranked, score, policy, _divide(ready, ranked, policy, previous, demand))
    announce("allocate")
    claimed = sum_claims(ready, divided.claims)
    gates = find_gates(ready, divided.claims)
    dates, picked_later = roll_forward(ready, gates, promise(ready, claimed, gates), pick_days)
    announce("promise")
    allocations, pegs = _split_claims(ready, divided.claims)
    result = Plan(
        line_id=ready.backlog.line_id,
        order_id=ready.backlog.order_id,
        score=score,
        points=points,
        outcome=outcomes(ready),
        reason=reasons(ready, ranked, claimed, gates, dates, divided, picked_later),
        allocated_qty=ready.frozen_qty + claimed.on_hand_qty,
        pegged_qty=claimed.pegged_qty,
        eta_p50=dates.p50,
        eta_p90=dates.p90,
        gate_line_id=gate_line_ids(ready, gates),
        allocations=allocations,
        pegs=pegs,
        guarantees=divided.guarantees,
        promise_rule=_promise_rule(ready, policy),
        kept_qty=divided.kept_qty,
    )
    announce("explain")
    return result


def _to_nobody(step: str) -> None:
    """Stand in for a caller who does not watch."""


def _in_line(ready: Prepared, score: Floats) -> Ints:
    """Return the positions of lines that may take supply and want any, the first in line first."""
    ranked = rank_order(ready.backlog, score)
    return ranked[~ready.held[ranked] & (ready.need_qty[ranked] > 0)]


def _choose(ready: Prepared, ranked: Ints, score: Floats, policy: Policy, divided: Divided) -> Divided:
    """Let a policy that chooses which orders become whole move units of those that cannot."""
    if policy.whole_orders != "chosen":
        return divided
    return replace(divided, claims=complete_most(ready, ranked, score, divided.claims))


def _divide(ready: Prepared, ranked: Ints, policy: Policy, previous: Previous | None, demand: Demand | None) -> Divided:
    """Return the claims of the lines at positions ``ranked``, by the one way in which the policy divides supply."""
    if policy.segments:
        return allocate_by_segment(ready, ranked, policy.segments, previous)
    if policy.quotas or policy.fair_share:
        return allocate_by_quota(ready, ranked, policy)
    if policy.classes():
        return allocate_by_class(ready, ranked, policy, demand)
    return Divided(allocate(ready, Turns(ranked, ready.need_qty[ranked]), ready.buckets.qty))


def _promise_rule(ready: Prepared, policy: Policy) -> Codes | None:
    if not policy.promises:
        return None
    return promise_rules_of(policy.promises, ready.attributes, len(ready.product))


def _split_claims(ready: Prepared, claims: Claims) -> tuple[Allocations, Pegs]:
    buckets = ready.buckets
    coming = buckets.day[claims.bucket] != NOW
    line, warehouse, qty = _summed(ready, claims, ~coming, buckets.warehouse_id)
    allocations = Allocations(line_id=line, warehouse_id=warehouse, qty=qty)
    line, source, qty = _summed(ready, claims, coming, buckets.source_id)
    return allocations, Pegs(line_id=line, source_id=source, qty=qty)


def _summed(ready: Prepared, claims: Claims, chosen: Bools, giver_id: Ints) -> tuple[Ints, Ints, Ints]:
    """Return (line, giver, qty) sorted by both; claims of a line on one giver in two turns become one."""
    line = ready.backlog.line_id[claims.line[chosen]]
    giver, qty = giver_id[claims.bucket[chosen]], claims.qty[chosen]
    order = pair_order(line, giver)
    line, giver, qty = line[order], giver[order], qty[order]
    if not len(line):
        return line, giver, qty
    starts = starts_of(line, giver)
    return line[starts], giver[starts], np.add.reduceat(qty, starts)
