"""Plans as plain rows, to compare with what a test expects."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields, replace

from orders.planning.engine import plan
from orders.planning.points import Linear
from orders.planning.rules import (
    Amount,
    Compare,
    DemandClass,
    FarFuture,
    Forecast,
    Guarantee,
    Keep,
    Policy,
    Quota,
    Rule,
    Segment,
)
from orders.planning.types import Allocations, Guarantees, Kept, Pegs, PickDays, Plan, Previous
from tests.orders.planning.cases import WHOSE, Case, Claim, arrays, demand_of, shipped_of, struct, terms

BY_URGENCY = Policy("priority", (Rule("urgency", "Urgency", "order.age_days", Linear(1.0)),))


@dataclass
class Row:
    allocated: int
    pegged: int
    reason: int
    outcome: int
    eta_p50: int
    eta_p90: int
    gate: int
    stock: dict[int, int] = field(default_factory=dict)
    pegs: dict[int, int] = field(default_factory=dict)


def run(case: Case, policy: Policy = BY_URGENCY) -> Plan:
    """Return the plan of a case by a policy that divides the supply as the case says."""
    return run_by(case, policy_of(case, policy))


def run_by(case: Case, policy: Policy) -> Plan:
    """Return the plan of a case by exactly this policy."""
    backlog, supply, frozen, products, attributes, context = arrays(case)
    previous = struct(Previous, case.previous) if case.previous else None
    asked = {"previous": previous, "demand": demand_of(case), "terms": terms(case)}
    asked["shipped"] = shipped_of(case)
    asked["pick_days"] = struct(PickDays, case.pick_days) if case.pick_days else None
    return plan(backlog, supply, frozen, products, attributes, policy, context, **asked)


def policy_of(case: Case, policy: Policy) -> Policy:
    """Return the policy with the case's segments, quotas, fair share, classes and horizon."""
    segments = tuple(
        Segment(f"s{i}", "", Guarantee(group.guarantee), of_tier(group.tier), group.falls_back)
        for i, group in enumerate(case.segments)
    )
    quotas = tuple(
        Quota(
            f"q{i}",
            "",
            Compare(WHOSE[share.whose[0]], "eq", (share.whose[1],)),
            amount(share.at_least),
            amount(share.at_most),
            Keep(share.keep_percent, share.keep_days) if share.keep_percent else None,
            share.window_days,
        )
        for i, share in enumerate(case.quotas)
    )
    fair_share = "customer.tier" if case.fair_share else ""
    whose = of_tier(case.far_tier) if case.far_tier else None
    far = policy.far_future if case.far_horizon is None else FarFuture(case.far_horizon, whose)
    policy = replace(policy, segments=segments, quotas=quotas, fair_share=fair_share, far_future=far)
    if case.classes and policy.forecast is None:
        policy = replace(policy, forecast=forecast_of(case))
    return policy


def forecast_of(case: Case) -> Forecast:
    worths = case.worths or (0.0,) * len(case.classes)
    classes = tuple(
        DemandClass(f"c{i}", "", of_tier(tier), worth)
        for i, (tier, worth) in enumerate(zip(case.classes, worths, strict=True))
    )
    return Forecast(case.horizon_days, history_weeks=26, classes=classes)


def amount(text: str) -> Amount | None:
    return Amount(float(text.rstrip("%")), is_units=not text.endswith("%")) if text else None


def of_tier(tier: str) -> Compare:
    return Compare("customer.tier", "eq", (tier,))


def kept(result: Plan) -> dict[int, Kept]:
    """Return what became of each line's guarantee, by line id; nothing where the policy has no segments."""
    if result.guarantees is None:
        return {}
    return {
        line: Kept(code) for line, code in zip(result.line_id.tolist(), result.guarantees.kept.tolist(), strict=True)
    }


def claims(result: Plan) -> tuple[Claim, ...]:
    """Return a plan's claims as the plan before of a next case."""
    found = []
    for line_id, row in rows(result).items():
        found += [Claim(line_id, qty, warehouse_id=warehouse) for warehouse, qty in row.stock.items()]
        found += [Claim(line_id, qty, source_id=source) for source, qty in row.pegs.items()]
    return tuple(found)


def rows(result: Plan) -> dict[int, Row]:
    """Return the plan by line id."""
    stock = _by_line(result.allocations.line_id, result.allocations.warehouse_id, result.allocations.qty)
    pegs = _by_line(result.pegs.line_id, result.pegs.source_id, result.pegs.qty)
    columns = (
        result.allocated_qty,
        result.pegged_qty,
        result.reason,
        result.outcome,
        result.eta_p50,
        result.eta_p90,
        result.gate_line_id,
    )
    values = zip(*(column.tolist() for column in columns), strict=True)
    return {
        line: Row(*row, stock=stock[line], pegs=pegs[line])
        for line, row in zip(result.line_id.tolist(), values, strict=True)
    }


def as_bytes(result: Plan) -> bytes:
    """Return every byte of a plan, to compare bit for bit."""
    parts = []
    for column in fields(Plan):
        value = getattr(result, column.name)
        nested = isinstance(value, Allocations | Pegs | Guarantees)
        inner = [getattr(value, f.name) for f in fields(value)] if nested else [value]
        parts.extend(array.tobytes() for array in inner if array is not None)
    return b"|".join(parts)


def _by_line(line_id, giver, qty) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for line, key, units in zip(line_id.tolist(), giver.tolist(), qty.tolist(), strict=True):
        found[line][key] = units
    return found
