"""The plan as it is stored, as arrays, to compare a new one with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from orders.planning.rules import Policy
from orders.planning.types import ON_HAND, Plan, Previous
from orders.replanning.asking import Asking
from orders.replanning.bulk import Columns, sorted_by
from orders.replanning.scope import Scope

GUARANTEE_COLUMNS = ("segment", "kept", "stage")
PROMISE_COLUMNS = ("promise_rule",)
# What each line plan has; the points of its criteria and the columns above come besides.
LINE_TYPES = {
    "line_id": "int8",
    "order_id": "int8",
    "product_id": "int8",
    "score": "float8",
    "outcome": "int2",
    "reason": "int2",
    "allocated_qty": "int4",
    "pegged_qty": "int4",
    "eta_p50": "date",
    "eta_p90": "date",
    "gate_line_id": "int8",
    "policy_id": "int8",
}


@dataclass(frozen=True, slots=True)
class Claims:
    """Planned allocations and pegs of the products in scope, sorted by (line, giver).

    ``giver_id`` is the warehouse of an allocation and the purchase-order line of a peg.
    """

    allocations: Columns
    pegs: Columns

    def as_previous(self) -> Previous:
        """Return them as the plan in force, which segments compare with."""
        allocations, pegs = self.allocations, self.pegs
        return Previous(
            line_id=np.concatenate((allocations["line_id"], pegs["line_id"])),
            warehouse_id=np.concatenate((allocations["giver_id"], np.zeros_like(pegs["giver_id"]))),
            source_id=np.concatenate((np.full_like(allocations["giver_id"], ON_HAND), pegs["giver_id"])),
            qty=np.concatenate((allocations["qty"], pegs["qty"])),
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """Stored rows of the products in scope, sorted by their keys. ``lines`` has ``points`` in shape (rows, rules)."""

    lines: Columns
    claims: Claims


def load_stored(scope: Scope, policy: Policy) -> Stored:
    """Read line plans, planned allocations and pegs, inside the caller's snapshot (``ask_stored``)."""
    asked_lines, asked_claims = ask_stored(Asking(few=False), scope, policy)
    return Stored(lines=asked_lines(), claims=asked_claims())


def ask_stored(ask: Asking, scope: Scope, policy: Policy) -> tuple[Callable[[], Columns], Callable[[], Claims]]:
    """Ask for line plans, and for planned allocations and pegs.

    A line has as many points as the policy of this run has rules; points that a stored line does not have, or has too
    many of, read as NaN and so differ from any. What only some policies say is read only where this one does: rows of
    another policy differ by its key.
    """
    lines, claims = _ask_lines(ask, scope, len(policy.rules), _said_by(policy)), _ask_claims(ask, scope)
    return cache(lambda: sorted_by(lines(), "line_id")), cache(claims)


def said_columns(plan: Plan) -> Columns:
    """Return the columns of line plans that only some policies fill, as the plan has them."""
    said: Columns = {}
    if plan.guarantees is not None:
        said |= {name: getattr(plan.guarantees, name) for name in GUARANTEE_COLUMNS}
    if plan.promise_rule is not None:
        said |= {"promise_rule": plan.promise_rule}
    return said


def _said_by(policy: Policy) -> tuple[str, ...]:
    """Name the columns that ``said_columns`` has under a policy."""
    return (GUARANTEE_COLUMNS if policy.segments else ()) + (PROMISE_COLUMNS if policy.promises else ())


def load_claims(scope: Scope) -> Claims:
    """Read planned allocations and pegs, inside the caller's snapshot."""
    return _ask_claims(Asking(few=False), scope)()


def _ask_claims(ask: Asking, scope: Scope) -> Callable[[], Claims]:
    types = {"line_id": "int8", "giver_id": "int8", "product_id": "int8", "qty": "int4"}
    allocations = ask.rows(
        "SELECT line_id, warehouse_id, product_id, qty FROM orders_allocation a "
        f"WHERE a.state = 0 AND {scope.products('a.product_id')}",
        scope.params,
        types,
    )
    pegs = ask.rows(
        "SELECT line_id, purchase_order_line_id, product_id, qty FROM orders_peg g "
        f"WHERE {scope.products('g.product_id')}",
        scope.params,
        types,
    )
    return lambda: Claims(*(sorted_by(claims(), "line_id", "giver_id") for claims in (allocations, pegs)))


def _ask_lines(ask: Asking, scope: Scope, rules: int, said: tuple[str, ...]) -> Callable[[], Columns]:
    # As a whole, which costs the database a third less than one by one.
    none = f"array_fill('NaN'::float8, ARRAY[{rules}])"
    points = f", CASE WHEN cardinality(p.points) = {rules} THEN p.points ELSE {none} END"
    points += "".join(f", p.{name}" for name in said)
    query = f"""
        SELECT p.line_id, p.order_id, p.product_id, p.score, p.outcome, p.reason, p.allocated_qty, p.pegged_qty,
            COALESCE(p.eta_p50, '-infinity'), COALESCE(p.eta_p90, '-infinity'), p.gate_line_id, p.policy_id{points}
        FROM orders_lineplan p WHERE {scope.products("p.product_id")}
    """
    types = {**LINE_TYPES, "points": f"float8[{rules}]", **dict.fromkeys(said, "int2")}
    return ask.rows(query, scope.params, types)
