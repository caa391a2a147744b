"""What has to be written so that the stored plan becomes the new one: only rows that differ. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from orders.planning.ids import distinct, find_places
from orders.planning.runs import starts_of
from orders.planning.sorting import pair_order, stable_order
from orders.planning.types import Bools, Floats, Ints, Plan
from orders.replanning.bulk import Column, Columns
from orders.replanning.stored import Stored

Rows = tuple[Ints, ...]  # which line plans to set, which to delete, which allocations and pegs
# What is written of each line plan; its points come besides.
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
    "digest": "int8",
}
SAID_BY_SOME = ("segment", "kept", "stage", "promise_rule")  # written where a policy has segments, or promise rules
_FACTOR, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)


@dataclass(frozen=True, slots=True)
class ClaimChanges:
    """Claims to set (``qty`` > 0) or drop (``qty`` 0), parallel; ``giver_id`` is a warehouse or an inbound line.

    ``delta`` is the change of the claim's quantity.
    """

    line_id: Ints
    giver_id: Ints
    product_id: Ints
    qty: Ints
    delta: Ints

    def of(self, chosen: Ints) -> ClaimChanges:
        """Return the chosen rows."""
        return ClaimChanges(*(getattr(self, name)[chosen] for name in ClaimChanges.__slots__))


@dataclass(frozen=True, slots=True)
class Changes:
    """``lines`` are rows to set, ``points`` beside them in shape (rows, rules); ``gone`` are rows to delete."""

    lines: Columns
    points: Floats
    gone: Columns
    allocations: ClaimChanges
    pegs: ClaimChanges
    nothing_stored: bool

    def of(self, rows: Rows) -> Changes:
        """Return the chosen rows."""
        lines, gone, allocations, pegs = rows
        return Changes(
            lines={name: column[lines] for name, column in self.lines.items()},
            points=self.points[lines],
            gone={name: column[gone] for name, column in self.gone.items()},
            allocations=self.allocations.of(allocations),
            pegs=self.pegs.of(pegs),
            nothing_stored=self.nothing_stored,
        )

    def of_products(self, product_ids: Ints) -> Changes:
        """Return the changes of some products; their claims are among their own lines'."""
        return self.of(tuple(np.flatnonzero(np.isin(products, product_ids)) for products in self._products()))

    def part(self, product_ids: Ints, number: Ints, parts: int) -> list[Rows]:
        """Return the rows of each part: those of the products (ascending) that have its number. O(n log n) for all."""
        found: list[list[Ints]] = []
        for products in self._products():
            part = number[find_places(product_ids, products)]
            order = stable_order(part)
            found.append(np.split(order, np.searchsorted(part[order], np.arange(1, parts))))
        return list(zip(*found, strict=True))

    def _products(self) -> tuple[Ints, ...]:
        """Return the product of each row, as ``Rows`` counts them."""
        return self.lines["product_id"], self.gone["product_id"], self.allocations.product_id, self.pegs.product_id

    def product_ids(self) -> Ints:
        """Return the products of which anything changes, ascending."""
        return distinct(*self._products())

    def order_ids(self) -> Ints:
        """Return the orders of which a line plan changes, ascending."""
        return distinct(self.lines["order_id"], self.gone["order_id"])

    @property
    def rows(self) -> int:
        """How many rows of line plans, allocations and pegs will be written."""
        return sum(len(part) for part in self._products())


def compare(plan: Plan, product_id: Ints, policy_id: int, stored: Stored) -> Changes:
    """Return what differs; ``product_id`` is parallel to the plan's lines. O(n log n)."""
    new = _written(plan, product_id, policy_id)
    differs = _differs(new, stored.lines)
    gone = ~np.isin(stored.lines["line_id"], plan.line_id)
    allocations, pegs = plan.allocations, plan.pegs
    return Changes(
        lines={name: column[differs] for name, column in new.items()},
        points=plan.points[differs],
        gone={name: stored.lines[name][gone] for name in ("line_id", "order_id", "product_id")},
        allocations=_claim_changes(
            allocations.line_id, allocations.warehouse_id, allocations.qty, new, stored.claims.allocations
        ),
        pegs=_claim_changes(pegs.line_id, pegs.source_id, pegs.qty, new, stored.claims.pegs),
        nothing_stored=not (
            len(stored.lines["line_id"])
            or len(stored.claims.allocations["line_id"])
            or len(stored.claims.pegs["line_id"])
        ),
    )


def _written(plan: Plan, product_id: Ints, policy_id: int) -> Columns:
    """Return what the plans of the lines are stored as, all but their points."""
    said = {name: getattr(plan.guarantees, name) for name in SAID_BY_SOME[:3]} if plan.guarantees is not None else {}
    if plan.promise_rule is not None:
        said["promise_rule"] = plan.promise_rule
    implied = {"line_id": plan.line_id, "order_id": plan.order_id, "product_id": product_id}
    computed = {"policy_id": np.full(len(plan.line_id), policy_id, dtype=np.int64)}
    values = {name: getattr(plan, name) for name in LINE_TYPES if name not in (*implied, *computed, "digest")}
    values |= computed | said
    return {**implied, **values, "digest": _digest([*values.values(), *plan.points.T])}


def _digest(columns: Sequence[Column]) -> Ints:
    """Return a number per row: the same for rows that are equal, another for rows of which one value differs.

    Rows that differ in several share one in 2^64 times. Each step is a bijection of what comes before. O(values).
    """
    mixed = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        values = column + 0.0 if column.dtype.kind == "f" else column.astype(np.int64)  # there are two zeros
        mixed ^= values.view(np.uint64)
        mixed *= _FACTOR
        mixed ^= mixed >> _SHIFT
    return mixed.view(np.int64)


def _differs(new: Columns, stored: Columns) -> Bools:
    differs = np.ones(len(new["line_id"]), dtype=np.bool_)
    if not len(stored["line_id"]):
        return differs
    place: Ints | slice = slice(None)
    at: Ints | slice = slice(None)
    if not np.array_equal(stored["line_id"], new["line_id"]):
        found = np.minimum(find_places(stored["line_id"], new["line_id"]), len(stored["line_id"]) - 1)
        at = np.flatnonzero(stored["line_id"][found] == new["line_id"])
        place = found[at]
    differs[at] = stored["digest"][place] != new["digest"][at]
    return differs


def _claim_changes(line_id: Ints, giver_id: Ints, qty: Ints, lines: Columns, stored: Columns) -> ClaimChanges:
    """Compare claims sorted by (line, giver) with the stored ones, as a merge of both."""
    product_id = lines["product_id"][find_places(lines["line_id"], line_id)]
    line = np.concatenate((line_id, stored["line_id"]))
    giver = np.concatenate((giver_id, stored["giver_id"]))
    product = np.concatenate((product_id, stored["product_id"]))
    wanted = np.concatenate((qty, np.zeros(len(stored["qty"]), dtype=np.int64)))
    had = np.concatenate((np.zeros(len(qty), dtype=np.int64), stored["qty"]))
    order = pair_order(line, giver)
    line, giver, product, wanted, had = line[order], giver[order], product[order], wanted[order], had[order]
    if len(line):
        starts = starts_of(line, giver)
        line, giver, product = line[starts], giver[starts], product[starts]
        wanted, had = np.add.reduceat(wanted, starts), np.add.reduceat(had, starts)
    changed = wanted != had
    return ClaimChanges(
        line_id=line[changed],
        giver_id=giver[changed],
        product_id=product[changed],
        qty=wanted[changed],
        delta=(wanted - had)[changed],
    )
