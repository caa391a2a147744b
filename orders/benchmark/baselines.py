"""What planning is compared with: a bare UPDATE of as many rows, and one order at a time in plain SQL."""

from __future__ import annotations

from datetime import date
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


_COPIES = (
    "CREATE TABLE one_level AS SELECT product_id, warehouse_id, on_hand, 0 AS reserved FROM inventory_stocklevel",
    "CREATE UNIQUE INDEX ON one_level (product_id, warehouse_id)",
    "CREATE TABLE one_inbound AS SELECT id, product_id, outstanding_qty, 0 AS pegged, expected_on "
    "FROM inventory_purchaseorderline",
    "CREATE UNIQUE INDEX ON one_inbound (id)",
    "CREATE INDEX ON one_inbound (product_id)",
    "CREATE TABLE one_allocation (LIKE orders_allocation INCLUDING ALL)",
    "CREATE TABLE one_peg (LIKE orders_peg INCLUDING ALL)",
    "CREATE TABLE one_line_plan (LIKE orders_lineplan INCLUDING ALL)",
    "CREATE TABLE one_order_plan (LIKE orders_orderplan INCLUDING ALL)",
    "CREATE TABLE one_promise (LIKE orders_orderpromise INCLUDING ALL)",
    "CREATE TABLE one_revision (LIKE orders_etarevision INCLUDING ALL)",
    "VACUUM ANALYZE one_level",
    "VACUUM ANALYZE one_inbound",
)
_DROP = (
    "DROP TABLE one_level, one_inbound, one_allocation, one_peg, one_line_plan, one_order_plan, one_promise, "
    "one_revision"
)
_BEST_FIRST = "SELECT order_id FROM orders_orderplan ORDER BY stage, score DESC, placed_at, order_id LIMIT %s"


def one_at_a_time_in_sql(lines: int) -> tuple[float, int]:
    """Plan the first ``lines`` lines one order at a time, on copies of the tables; return seconds and lines done.

    Best order first, each order one transaction that locks it, then per line the stock levels and, for what they lack,
    the inbound lines, all FOR UPDATE; it writes the same rows as planning does. Ranks are given, rules not scored.
    """
    with connection.cursor() as cursor:
        for statement in _COPIES:
            cursor.execute(statement)
        cursor.execute(_BEST_FIRST, [lines])
        orders = [row[0] for row in cursor.fetchall()]
        done, started = 0, perf_counter()
        for order in orders:
            done += _plan_order(cursor, order)
            if done >= lines:
                break
        seconds = perf_counter() - started
        cursor.execute(_DROP)
    return seconds, done


def _plan_order(cursor: Any, order: int) -> int:
    with transaction.atomic():
        cursor.execute("SELECT placed_at FROM orders_order WHERE id = %s FOR UPDATE", [order])
        [placed_at] = cursor.fetchone()
        cursor.execute(
            "SELECT id, product_id, open_qty FROM orders_orderline WHERE order_id = %s AND open_qty > 0 ORDER BY id",
            [order],
        )
        lines = cursor.fetchall()
        days = [_plan_line(cursor, order, *line) for line in lines]
        eta = max(days)
        cursor.execute(
            "INSERT INTO one_order_plan (order_id, placed_at, score, reason, eta_p50, eta_p90, promised_on, slip_days, "
            "open_lines, short_lines, open_units, short_units, open_value_minor, ready_value_minor) "
            "VALUES (%s, %s, 0, 0, %s, %s, %s, 0, %s, 0, 0, 0, 0, 0)",
            [order, placed_at, eta, eta, eta, len(lines)],
        )
        cursor.execute(
            "INSERT INTO one_promise (order_id, promised_on, announced_on, announced_kind, told_on, told_kind) "
            "VALUES (%s, %s, %s, '', %s, '')",
            [order, eta, eta, eta],
        )
        cursor.execute(
            "INSERT INTO one_revision (order_id, kind, new_on, reason, note, at) "
            "VALUES (%s, 'promised', %s, 0, '', now())",
            [order, eta],
        )
        return len(lines)


def _plan_line(cursor: Any, order: int, line: int, product: int, qty: int) -> date:
    """Claim units for a line and write its plan; return its day."""
    allocated = _allocate(cursor, line, product, qty)
    pegged, day = _peg(cursor, line, product, qty - allocated) if allocated < qty else (0, date.min)
    cursor.execute(
        "INSERT INTO one_line_plan (line_id, order_id, product_id, score, points, outcome, reason, allocated_qty, "
        "pegged_qty, eta_p50, eta_p90, gate_line_id, policy_id) "
        "VALUES (%s, %s, %s, 0, '{0,0,0,0,0,0}', 0, 0, %s, %s, %s, %s, 0, 0)",
        [line, order, product, allocated, pegged, day, day],
    )
    return day


def _allocate(cursor: Any, line: int, product: int, wanted: int) -> int:
    cursor.execute(
        "SELECT warehouse_id, on_hand - reserved FROM one_level WHERE product_id = %s ORDER BY warehouse_id FOR UPDATE",
        [product],
    )
    allocated = 0
    for warehouse, free in cursor.fetchall():
        taken = min(free, wanted - allocated)
        if taken:
            allocated += taken
            cursor.execute(
                "UPDATE one_level SET reserved = reserved + %s WHERE product_id = %s AND warehouse_id = %s",
                [taken, product, warehouse],
            )
            cursor.execute(
                "INSERT INTO one_allocation (line_id, warehouse_id, state, product_id, qty) VALUES (%s, %s, 0, %s, %s)",
                [line, warehouse, product, taken],
            )
    return allocated


def _peg(cursor: Any, line: int, product: int, wanted: int) -> tuple[int, date]:
    cursor.execute(
        "SELECT id, outstanding_qty - pegged, expected_on FROM one_inbound WHERE product_id = %s "
        "ORDER BY expected_on, id FOR UPDATE",
        [product],
    )
    pegged, day = 0, date.min
    for source, free, expected_on in cursor.fetchall():
        taken = min(free, wanted - pegged)
        if taken:
            pegged, day = pegged + taken, expected_on
            cursor.execute("UPDATE one_inbound SET pegged = pegged + %s WHERE id = %s", [taken, source])
            cursor.execute(
                "INSERT INTO one_peg (line_id, purchase_order_line_id, product_id, qty) VALUES (%s, %s, %s, %s)",
                [line, source, product, taken],
            )
    return pegged, day
