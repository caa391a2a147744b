"""Plans as plain rows, to compare with what a test expects."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields

from orders.planning.engine import plan
from orders.planning.rules import Linear, Policy, Rule
from orders.planning.types import Allocations, Pegs, Plan
from tests.orders.planning.cases import Case, arrays

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
    backlog, supply, frozen, products, attributes, context = arrays(case)
    return plan(backlog, supply, frozen, products, attributes, policy, context)


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
        inner = [getattr(value, f.name) for f in fields(value)] if isinstance(value, Allocations | Pegs) else [value]
        parts.extend(array.tobytes() for array in inner)
    return b"|".join(parts)


def _by_line(line_id, giver, qty) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for line, key, units in zip(line_id.tolist(), giver.tolist(), qty.tolist(), strict=True):
        found[line][key] = units
    return found
