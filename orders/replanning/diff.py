"""What has to be written so that the stored plan becomes the new one: only rows that differ. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.runs import starts_of
from orders.planning.types import Bools, Floats, Ints, Plan
from orders.replanning.bulk import Columns
from orders.replanning.stored import Stored, said_columns

Rows = tuple[Ints, ...]  # which line plans to set, which to delete, which allocations and pegs
LINE_VALUES = (
    "score",
    "outcome",
    "reason",
    "allocated_qty",
    "pegged_qty",
    "eta_p50",
    "eta_p90",
    "gate_line_id",
    "policy_id",
)


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
            part = number[np.searchsorted(product_ids, products)]
            order = np.argsort(part, kind="stable")
            found.append(np.split(order, np.searchsorted(part[order], np.arange(1, parts))))
        return list(zip(*found, strict=True))

    def _products(self) -> tuple[Ints, ...]:
        """Return the product of each row, as ``Rows`` counts them."""
        return self.lines["product_id"], self.gone["product_id"], self.allocations.product_id, self.pegs.product_id

    def product_ids(self) -> Ints:
        """Return the products of which anything changes, ascending."""
        return np.unique(np.concatenate(self._products()))

    def order_ids(self) -> Ints:
        """Return the orders of which a line plan changes, ascending."""
        return np.unique(np.concatenate((self.lines["order_id"], self.gone["order_id"])))

    @property
    def rows(self) -> int:
        """How many rows of line plans, allocations and pegs will be written."""
        return sum(len(part) for part in self._products())


def compare(plan: Plan, product_id: Ints, policy_id: int, stored: Stored) -> Changes:
    """Return what differs; ``product_id`` is parallel to the plan's lines. O(n log n)."""
    new: Columns = {
        "line_id": plan.line_id,
        "order_id": plan.order_id,
        "product_id": product_id,
        "policy_id": np.full(len(plan.line_id), policy_id, dtype=np.int64),
        **{name: getattr(plan, name) for name in LINE_VALUES if name != "policy_id"},
        **said_columns(plan),
    }
    differs = _differs(new, plan, stored.lines)
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


def _differs(new: Columns, plan: Plan, stored: Columns) -> Bools:
    differs = np.ones(len(new["line_id"]), dtype=np.bool_)
    if not len(stored["line_id"]):
        return differs
    place: Ints | slice = slice(None)
    at: Ints | slice = slice(None)
    if not np.array_equal(stored["line_id"], new["line_id"]):
        found = np.minimum(np.searchsorted(stored["line_id"], new["line_id"]), len(stored["line_id"]) - 1)
        at = np.flatnonzero(stored["line_id"][found] == new["line_id"])
        place = found[at]
    same = (stored["points"][place] == plan.points[at]).all(axis=1)
    for name in (*LINE_VALUES, *said_columns(plan)):
        same &= stored[name][place] == new[name][at]
    differs[at] = ~same
    return differs


def _claim_changes(line_id: Ints, giver_id: Ints, qty: Ints, lines: Columns, stored: Columns) -> ClaimChanges:
    """Compare claims sorted by (line, giver) with the stored ones, as a merge of both."""
    product_id = lines["product_id"][np.searchsorted(lines["line_id"], line_id)]
    line = np.concatenate((line_id, stored["line_id"]))
    giver = np.concatenate((giver_id, stored["giver_id"]))
    product = np.concatenate((product_id, stored["product_id"]))
    wanted = np.concatenate((qty, np.zeros(len(stored["qty"]), dtype=np.int64)))
    had = np.concatenate((np.zeros(len(qty), dtype=np.int64), stored["qty"]))
    order = _merged(line, giver)
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


def _merged(line: Ints, giver: Ints) -> Ints:
    """Return the order of claims by (line, giver); two runs that ascend are merged rather than sorted."""
    width = int(giver.max(initial=0)) + 1
    if int(line.max(initial=0)) < np.iinfo(np.int64).max // width:
        return np.argsort(line * width + giver, kind="stable")
    return np.lexsort((giver, line))
