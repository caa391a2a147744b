"""The plan as it is stored, as arrays, to compare a new one with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from orders.planning.types import ON_HAND, Previous
from orders.replanning.asking import Asking
from orders.replanning.bulk import Columns, sorted_by
from orders.replanning.scope import Scope

# What is read of each line plan. That all it says is the same as before is told by its digest, which takes a third of
# the time that reading everything takes.
_LINE_TYPES = dict.fromkeys(("line_id", "order_id", "product_id", "digest"), "int8")


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
    """Stored rows of the products in scope, sorted by their keys."""

    lines: Columns
    claims: Claims


def load_stored(scope: Scope) -> Stored:
    """Read line plans, planned allocations and pegs, inside the caller's snapshot (``ask_stored``)."""
    asked_lines, asked_claims = ask_stored(Asking(few=False), scope)
    return Stored(lines=asked_lines(), claims=asked_claims())


def ask_stored(ask: Asking, scope: Scope) -> tuple[Callable[[], Columns], Callable[[], Claims]]:
    """Ask for line plans, and for planned allocations and pegs."""
    lines, claims = _ask_lines(ask, scope), _ask_claims(ask, scope)
    return cache(lambda: sorted_by(lines(), "line_id")), cache(claims)


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


def _ask_lines(ask: Asking, scope: Scope) -> Callable[[], Columns]:
    query = f"SELECT {', '.join(_LINE_TYPES)} FROM orders_lineplan p WHERE {scope.products('p.product_id')}"
    return ask.rows(query, scope.params, _LINE_TYPES)
