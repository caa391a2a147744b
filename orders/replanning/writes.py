"""Writing a plan: short, under the pools' lock, and only while the state that it stands for has not moved on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.db import connection

from orders.planning.runs import starts_of
from orders.planning.sorting import pair_order
from orders.planning.types import Ints
from orders.replanning.bulk import Columns, Field, as_array, copy_in, copy_out
from orders.replanning.diff import LINE_TYPES, SAID_BY_SOME, Changes, ClaimChanges

_LINE_STAGE = """
    line_id bigint, order_id bigint, product_id bigint, score float8, points float8[], outcome smallint,
    reason smallint, allocated_qty int, pegged_qty int, eta_p50 date, eta_p90 date, gate_line_id bigint,
    policy_id bigint, segment smallint DEFAULT -1, kept smallint DEFAULT 0, stage smallint DEFAULT 3,
    promise_rule smallint DEFAULT -1, digest bigint
"""
_STATE = """
    SELECT true, id, product_id FROM inventory_dirtymark WHERE product_id = ANY(%(products)s::bigint[])
    UNION ALL
    SELECT false, run_id, product_id FROM orders_poolplan WHERE product_id = ANY(%(products)s::bigint[])
"""
_CLAIM_STAGE = "line_id bigint, giver_id bigint, product_id bigint, qty int, delta int"
_LINE_COLUMNS = (
    "line_id, order_id, product_id, score, points, outcome, reason, allocated_qty, pegged_qty, eta_p50, eta_p90, "
    "gate_line_id, policy_id, segment, kept, stage, promise_rule, digest"
)
LINE_VALUES = tuple(_LINE_COLUMNS.split(", ")[3:])  # all but the key and what it implies
_VERSION = """
    INSERT INTO orders_poolplan (product_id, run_id) SELECT unnest(%(versioned)s::bigint[]), %(run)s
    ON CONFLICT (product_id) DO UPDATE SET run_id = excluded.run_id
"""
_CLOSE = "DELETE FROM inventory_dirtymark WHERE id = ANY(%(marks)s::bigint[])"
_MOVE = """
    UPDATE inventory_stocklevel s SET reserved = s.reserved + d.delta
    FROM unnest(%(level_product)s::bigint[], %(level_warehouse)s::bigint[], %(level_delta)s::int[])
        AS d (product_id, warehouse_id, delta)
    WHERE s.product_id = d.product_id AND s.warehouse_id = d.warehouse_id
"""

Part = tuple[str, str, dict[str, str | int]]  # what its rows count as, a statement and its parameters


def lock_pools(product_ids: Ints) -> None:
    """Wait for the verbs that are changing these products, and keep new ones out until commit (ids ascending)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM "
            "(SELECT FROM inventory_product WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE) pool",
            [as_array(product_ids)],
        )


def find_moved(product_ids: Ints, marks: Columns, pools: Columns) -> Ints:
    """Return the products whose state is not the one that was read: they have a new mark, or another run planned them.

    ``marks`` and ``pools`` are what the snapshot had. Call it under ``lock_pools``.
    """
    params = {"products": as_array(product_ids)}
    now = copy_out(_STATE, params, {"is_mark": "bool", "number": "int8", "product_id": "int8"})
    is_mark, number, product_id = now["is_mark"], now["number"], now["product_id"]
    at = np.searchsorted(pools["product_id"], product_id)
    same = at < len(pools["product_id"])
    same[same] = (pools["product_id"][at[same]] == product_id[same]) & (pools["run_id"][at[same]] == number[same])
    return np.unique(product_id[~np.where(is_mark, np.isin(number, marks["id"]), same)])


def write_changes(changes: Changes) -> dict[str, int]:
    """Write line plans, allocations with the reserved counters, and pegs; return rows per table.

    Needs the pools' lock: the counters move by the difference from the stored plan.
    """
    return {
        "line_plans": _write_lines(changes),
        "allocations": _write_claims("orders_allocation", "warehouse_id", changes.allocations, changes.nothing_stored),
        "pegs": _write_claims("orders_peg", "purchase_order_line_id", changes.pegs, changes.nothing_stored),
        "stock_levels": move_reserved(changes.allocations),
    }


def close_marks(product_ids: Ints, marks: Columns, bumped: Ints, run_id: int) -> int:
    """Delete the marks that this plan covers and version the pools it stands for; return how many marks."""
    return run_parts(marks_and_pools(product_ids, marks, bumped, run_id)).get("marks", 0)


def marks_and_pools(product_ids: Ints, marks: Columns, bumped: Ints, run_id: int) -> list[Part]:
    """Return what ``close_marks`` does, as statements."""
    covered = np.isin(marks["product_id"], product_ids)
    versioned = np.union1d(bumped, marks["product_id"][covered])
    parts: list[Part] = []
    if len(versioned):
        parts.append(("pools", _VERSION, {"versioned": as_array(versioned), "run": run_id}))
    if covered.any():
        parts.append(("marks", _CLOSE, {"marks": as_array(marks["id"][covered])}))
    return parts


def open_stage(name: str, columns: str) -> str:
    """Return statements that make an empty temporary table; it stays with the connection, its rows go at commit.

    They are sent along with the statement that fills it: an event run is mostly waiting for answers.
    """
    return f"CREATE TEMP TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS; DELETE FROM {name};"


def _write_lines(changes: Changes) -> int:
    written = 0
    with connection.cursor() as cursor:
        if len(changes.gone["line_id"]):
            cursor.execute(
                "DELETE FROM orders_lineplan WHERE line_id = ANY(%s::bigint[])", [as_array(changes.gone["line_id"])]
            )
            written = int(cursor.rowcount)
    fields = line_fields(changes)
    if not len(changes.lines["line_id"]):
        return written
    if changes.nothing_stored:
        return written + copy_in("orders_lineplan", fields)
    copy_in("plan_line_stage", fields, first=open_stage("plan_line_stage", _LINE_STAGE))
    updates = ", ".join(f"{name} = excluded.{name}" for name in LINE_VALUES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO orders_lineplan ({_LINE_COLUMNS}) SELECT {_LINE_COLUMNS} FROM plan_line_stage "
            f"ON CONFLICT (line_id) DO UPDATE SET {updates}"
        )
        return written + int(cursor.rowcount)


def line_fields(changes: Changes) -> Sequence[Field]:
    """Return the line plans to set as columns of their table."""
    types = LINE_TYPES | dict.fromkeys(SAID_BY_SOME, "int2")
    fields = [Field(name, type_, changes.lines[name]) for name, type_ in types.items() if name in changes.lines]
    return [*fields, Field("points", "float8[]", changes.points)]


def _write_claims(table: str, giver: str, claims: ClaimChanges, nothing_stored: bool) -> int:
    if not len(claims.line_id):
        return 0
    if nothing_stored:
        return copy_in(table, claim_fields(claims, giver))
    copy_in("plan_claim_stage", _claim_fields(claims, "giver_id"), first=open_stage("plan_claim_stage", _CLAIM_STAGE))
    state = giver == "warehouse_id"
    planned, key = (", state", f"line_id, {giver}, state") if state else ("", f"line_id, {giver}")
    drop = (
        f"DELETE FROM {table} t USING plan_claim_stage s "
        f"WHERE s.qty = 0 AND t.line_id = s.line_id AND t.{giver} = s.giver_id{' AND t.state = 0' if state else ''}"
    )
    set_ = (
        f"INSERT INTO {table} (line_id, {giver}, product_id, qty{planned}) "
        f"SELECT line_id, giver_id, product_id, qty{', 0' if state else ''} FROM plan_claim_stage WHERE qty > 0 "
        f"ON CONFLICT ({key}) DO UPDATE SET qty = excluded.qty"
    )
    written = 0
    with connection.cursor() as cursor:
        for statement, is_needed in ((drop, (claims.qty == 0).any()), (set_, (claims.qty > 0).any())):
            if is_needed:
                cursor.execute(statement)
                written += int(cursor.rowcount)
    return written


def claim_fields(claims: ClaimChanges, giver: str) -> Sequence[Field]:
    """Return claims to set as columns of their table; ``giver`` is the column of who gives."""
    fields = _claim_fields(claims, giver)
    if giver == "warehouse_id":
        fields.append(Field("state", "int2", np.zeros(len(claims.qty), dtype=np.int64)))
    return fields


def _claim_fields(claims: ClaimChanges, giver: str) -> list[Field]:
    return [
        Field("line_id", "int8", claims.line_id),
        Field(giver, "int8", claims.giver_id),
        Field("product_id", "int8", claims.product_id),
        Field("qty", "int4", claims.qty),
    ]


def move_reserved(claims: ClaimChanges) -> int:
    """Move each stock level's reserved counter by the sum of its claims' changes, lowest key first."""
    return run_parts(level_moves(claims)).get("stock_levels", 0)


def level_moves(claims: ClaimChanges) -> list[Part]:
    """Return what ``move_reserved`` does, as statements."""
    if not len(claims.line_id):
        return []
    order = pair_order(claims.product_id, claims.giver_id)
    product, warehouse = claims.product_id[order], claims.giver_id[order]
    starts = starts_of(product, warehouse)
    delta = np.add.reduceat(claims.delta[order], starts)
    moved = delta != 0
    if not moved.any():
        return []
    columns = {"level_product": product[starts], "level_warehouse": warehouse[starts], "level_delta": delta}
    return [("stock_levels", _MOVE, {name: as_array(column[moved]) for name, column in columns.items()})]


def run_parts(parts: Sequence[Part]) -> dict[str, int]:
    """Run statements one after the other; return the rows of each."""
    rows = {}
    with connection.cursor() as cursor:
        for counted, statement, params in parts:
            cursor.execute(statement, params)
            rows[counted] = int(cursor.rowcount)
    return rows
