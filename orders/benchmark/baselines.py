"""What planning is compared with: a bare UPDATE of as many rows, and one order at a time under row locks."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from django.db import connection, transaction


def bare_update(rows: int) -> float:
    """Return the seconds of one UPDATE of ``rows`` rows like line plans, with the same indexes."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (LIKE orders_lineplan INCLUDING ALL)")
        cursor.execute("SELECT count(*) FROM orders_lineplan")
        copies = -(-rows // max(cursor.fetchone()[0], 1))
        cursor.execute(
            "INSERT INTO bare (line_id, order_id, product_id, score, points, outcome, reason, allocated_qty, "
            "pegged_qty, eta_p50, eta_p90, gate_line_id, policy_id) "
            "SELECT line_id + 1000000000::bigint * copy, order_id, product_id, score, points, outcome, reason, "
            "allocated_qty, pegged_qty, eta_p50, eta_p90, gate_line_id, policy_id "
            "FROM orders_lineplan, generate_series(1, %s) AS copy LIMIT %s",
            [copies, rows],
        )
        cursor.execute("VACUUM ANALYZE bare")
        started = perf_counter()
        cursor.execute("UPDATE bare SET score = score + 1")
        seconds = perf_counter() - started
        cursor.execute("DROP TABLE bare")
    return seconds


def one_at_a_time(lines: int) -> tuple[float, int]:
    """Reserve the first ``lines`` lines the usual way, on copies of the tables; return seconds and lines done.

    Best order first, each order one transaction: its lines, then per line the stock levels FOR UPDATE, the reserved
    counter, the allocation and the line's plan. Plain SQL: an ORM would add its own time.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE one_level AS SELECT * FROM inventory_stocklevel")
        cursor.execute("UPDATE one_level SET reserved = 0")
        cursor.execute("CREATE UNIQUE INDEX ON one_level (product_id, warehouse_id)")
        cursor.execute("CREATE TABLE one_allocation (LIKE orders_allocation INCLUDING ALL)")
        cursor.execute("CREATE TABLE one_plan (LIKE orders_lineplan INCLUDING ALL)")
        cursor.execute("VACUUM ANALYZE one_level")
        cursor.execute("SELECT order_id FROM orders_orderplan ORDER BY score DESC, placed_at LIMIT %s", [lines])
        orders = [row[0] for row in cursor.fetchall()]
        done, started = 0, perf_counter()
        for order in orders:
            done += _reserve_order(cursor, order)
            if done >= lines:
                break
        seconds = perf_counter() - started
        cursor.execute("DROP TABLE one_level, one_allocation, one_plan")
    return seconds, done


def _reserve_order(cursor: Any, order: int) -> int:
    with transaction.atomic():
        cursor.execute("SELECT id FROM orders_order WHERE id = %s FOR UPDATE", [order])
        cursor.execute(
            "SELECT id, product_id, open_qty FROM orders_orderline WHERE order_id = %s AND open_qty > 0 ORDER BY id",
            [order],
        )
        lines = cursor.fetchall()
        for line, product, qty in lines:
            _reserve_line(cursor, order, line, product, qty)
        return len(lines)


def _reserve_line(cursor: Any, order: int, line: int, product: int, qty: int) -> None:
    cursor.execute(
        "SELECT warehouse_id, on_hand - reserved FROM one_level WHERE product_id = %s ORDER BY warehouse_id FOR UPDATE",
        [product],
    )
    wanted = qty
    for warehouse, free in cursor.fetchall():
        taken = min(free, wanted)
        if taken:
            wanted -= taken
            cursor.execute(
                "UPDATE one_level SET reserved = reserved + %s WHERE product_id = %s AND warehouse_id = %s",
                [taken, product, warehouse],
            )
            cursor.execute(
                "INSERT INTO one_allocation (line_id, warehouse_id, state, product_id, qty) VALUES (%s, %s, 0, %s, %s)",
                [line, warehouse, product, taken],
            )
    cursor.execute(
        "INSERT INTO one_plan (line_id, order_id, product_id, score, points, outcome, reason, allocated_qty, "
        "pegged_qty, gate_line_id, policy_id) VALUES (%s, %s, %s, 0, '{}', 0, 0, %s, 0, 0, 0)",
        [line, order, product, qty - wanted],
    )
