"""What an event writes below its orders: a few rows of five tables, in one statement.

A staging table costs a transaction the making of it and its emptying at commit, which few rows never earn back.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from orders.planning.types import Ints
from orders.replanning.bulk import Columns, Field, as_array, as_text
from orders.replanning.diff import Changes
from orders.replanning.writes import LINE_VALUES, claim_fields, level_moves, line_fields, marks_and_pools

_COUNTED = ("line_plans", "allocations", "pegs", "stock_levels", "pools", "marks")
_SET_LINES = """
    INSERT INTO orders_lineplan ({names}, points)
    SELECT {names}, (%(points)s::float8[])[1 + (number - 1) * {rules} : number * {rules}]
    FROM {rows} WITH ORDINALITY AS line ({names}, number)
    ON CONFLICT (line_id) DO UPDATE SET {updates}
"""
_SET_CLAIMS = """
    INSERT INTO {table} ({names}) SELECT {names} FROM {rows} AS claim ({names}) WHERE qty > 0
    ON CONFLICT ({key}) DO UPDATE SET qty = excluded.qty
"""
_DROP_CLAIMS = """
    DELETE FROM {table} t USING {rows} AS claim ({names})
    WHERE claim.qty = 0 AND {same}
"""
_KEYS = {
    "orders_allocation": ("line_id", "warehouse_id", "state"),
    "orders_peg": ("line_id", "purchase_order_line_id"),
}


class _Statement:
    """Changes of several tables as one statement; each counts its rows under a table's name."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, str]] = []
        self.params: dict[str, str | int] = {}

    def add(self, counted: str, part: str, params: dict[str, str | int]) -> None:
        self._parts.append((counted, part))
        self.params |= params

    def run(self) -> dict[str, int]:
        """Change all of them and return rows per name. They see the tables as they were, so none may need another."""
        rows = dict.fromkeys(_COUNTED, 0)
        if not self._parts:
            return rows
        written = ", ".join(f"w{at} AS ({part} RETURNING 1)" for at, (_, part) in enumerate(self._parts))
        counts = ", ".join(f"(SELECT count(*) FROM w{at})" for at in range(len(self._parts)))
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {written} SELECT {counts}", self.params)
            found = cursor.fetchone()
        for (counted, _), count in zip(self._parts, found, strict=True):
            rows[counted] += count
        return rows


def write_few(changes: Changes, product_ids: Ints, marks: Columns, run_id: int) -> dict[str, int]:
    """Do what ``writes.write_changes`` and ``writes.close_marks`` do; return rows per table, and marks.

    Needs the pools' lock: the counters move by the difference from the stored plan.
    """
    statement = _Statement()
    _add_lines(statement, changes)
    _add_claims(statement, "allocations", "orders_allocation", claim_fields(changes.allocations, "warehouse_id"))
    _add_claims(statement, "pegs", "orders_peg", claim_fields(changes.pegs, "purchase_order_line_id"))
    for counted, part, params in (
        *level_moves(changes.allocations),
        *marks_and_pools(product_ids, marks, changes.product_ids(), run_id),
    ):
        statement.add(counted, part, params)
    rows = statement.run()
    del rows["pools"]  # a version, no part of the plan
    return rows


def _add_lines(statement: _Statement, changes: Changes) -> None:
    gone = changes.gone["line_id"]
    if len(gone):
        part = "DELETE FROM orders_lineplan WHERE line_id = ANY(%(gone)s::bigint[])"
        statement.add("line_plans", part, {"gone": as_array(gone)})
    if not len(changes.lines["line_id"]):
        return
    *fields, points = line_fields(changes)
    rows, params = _unnested("line", fields)
    part = _SET_LINES.format(
        names=", ".join(field.name for field in fields),
        rules=changes.points.shape[1],
        rows=rows,
        updates=", ".join(f"{name} = excluded.{name}" for name in LINE_VALUES),
    )
    flat = Field(points.name, "float8", changes.points.reshape(-1))
    statement.add("line_plans", part, {**params, "points": as_text(flat)})


def _add_claims(statement: _Statement, counted: str, table: str, fields: Sequence[Field]) -> None:
    qty = next(field.values for field in fields if field.name == "qty")
    rows, params = _unnested(counted, fields)
    names = ", ".join(field.name for field in fields)
    key = _KEYS[table]
    same = " AND ".join(f"t.{name} = claim.{name}" for name in key)
    for is_needed, part in (
        ((qty == 0).any(), _DROP_CLAIMS.format(table=table, rows=rows, names=names, same=same)),
        ((qty > 0).any(), _SET_CLAIMS.format(table=table, rows=rows, names=names, key=", ".join(key))),
    ):
        if is_needed:
            statement.add(counted, part, params)


def _unnested(prefix: str, fields: Sequence[Field]) -> tuple[str, dict[str, str | int]]:
    """Return fields as rows of a statement, and its parameters."""
    arrays = ", ".join(f"%({prefix}_{field.name})s::{field.type}[]" for field in fields)
    return f"unnest({arrays})", {f"{prefix}_{field.name}": as_text(field) for field in fields}
