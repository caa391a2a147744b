"""What planning is compared with: a bare UPDATE of the same rows, and one order at a time in plain SQL."""

from __future__ import annotations

from datetime import date
from time import perf_counter
from typing import Any

from django.db import connection, transaction

from orders.benchmark.processor import Spent, spending

# What a run writes, and how a plain UPDATE would change it.
_CHANGES = {
    "orders_lineplan": "score = score + 1",
    "orders_orderplan": "score = score + 1",
    "orders_allocation": "qty = qty + 1",
    "orders_peg": "qty = qty + 1",
    "orders_orderpromise": "announced_on = announced_on + 1",
    "orders_etarevision": "new_on = new_on + 1",
    "inventory_stocklevel": "reserved = 0",
}


def bare_update(times: int) -> tuple[Spent, int]:
    """Return what it costs to update all rows that planning has written, and how many rows: the median of ``times``."""
    spent = sorted((_bare_update() for _ in range(times)), key=lambda each: each[0].seconds)
    return spent[times // 2]


def _bare_update() -> tuple[Spent, int]:
    """Update all rows table by table.

    On copies of the tables as they are: the same rows with the same indexes and fill factors, freshly vacuumed, and
    without triggers and foreign keys.
    """
    total, rows = Spent(processor_s=0.0), 0
    with connection.cursor() as cursor:
        for table, change in _CHANGES.items():
            cursor.execute(f"CREATE TABLE bare (LIKE {table} INCLUDING ALL)")
            cursor.execute("SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = %s::regclass", [table])
            [options] = cursor.fetchone()
            if options:
                cursor.execute(f"ALTER TABLE bare SET ({options})")
            cursor.execute(f"INSERT INTO bare SELECT * FROM {table}")
            cursor.execute("VACUUM ANALYZE bare")
            with spending() as spent:
                cursor.execute(f"UPDATE bare SET {change}")
            rows += cursor.rowcount
            total.add(spent)
            cursor.execute("DROP TABLE bare")
    return total, rows


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
