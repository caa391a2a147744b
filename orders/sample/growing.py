"""More of the same for benchmarks: copies of the open orders, and of the supply they wait for."""

from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.db import connection, transaction

from inventory.dirty import mark_dirty
from inventory.models import Product
from kernel.errors import Conflict, Invalid
from orders.models import OrderLine, OrderStatus

MOST_LINES = 2_000_000

_CHOOSE = """
    CREATE TEMP TABLE grown_line ON COMMIT DROP AS
    SELECT copy, line.order_id, line.id AS line_id,
        dense_rank() OVER (ORDER BY copy, line.order_id) AS place
    FROM orders_orderline line
    JOIN orders_order o ON o.id = line.order_id AND o.status = 'open'
    CROSS JOIN generate_series(1, %(copies)s) AS copy
    WHERE line.open_qty > 0
    ORDER BY copy, line.order_id, line.position
    LIMIT %(lines)s
"""
_NUMBER = """
    CREATE TEMP TABLE grown_order ON COMMIT DROP AS
    SELECT DISTINCT copy, order_id, place + (SELECT max(id) FROM orders_order) AS id FROM grown_line
"""
_ORDERS = """
    INSERT INTO orders_order (id, ref, channel, external_id, customer_id, status, placed_at, requested_on, ship_policy,
        ship_to, is_expedited, eta_by_hand_on, eta_by_hand_reason, intake_digest, version, closed_at)
    SELECT g.id, 'SO-' || nextval('orders_ref_seq'), o.channel, o.external_id || '/' || g.id, o.customer_id, 'open',
        o.placed_at + g.copy * interval '1 millisecond', o.requested_on, o.ship_policy, o.ship_to, o.is_expedited,
        o.eta_by_hand_on, o.eta_by_hand_reason, '', 1, NULL
    FROM grown_order g JOIN orders_order o ON o.id = g.order_id
    ORDER BY g.id
"""
_LINES = """
    INSERT INTO orders_orderline
        (order_id, position, product_id, ordered_qty, shipped_qty, cancelled_qty, unit_price)
    SELECT g.id, line.position, line.product_id, line.open_qty, 0, 0, line.unit_price
    FROM grown_line chosen
    JOIN grown_order g USING (copy, order_id)
    JOIN orders_orderline line ON line.id = chosen.line_id
    ORDER BY g.id, line.position
"""
_HOLDS = """
    INSERT INTO orders_hold (order_id, kind, reason, placed_at, placed_by_id)
    SELECT g.id, hold.kind, hold.reason, hold.placed_at, hold.placed_by_id
    FROM grown_order g JOIN orders_hold hold USING (order_id)
    WHERE hold.released_at IS NULL
"""
_PROMISES = """
    INSERT INTO orders_orderpromise
        (order_id, promised_on, announced_on, announced_kind, told_on, told_kind, told_at)
    SELECT g.id, promised_on, announced_on, announced_kind, told_on, told_kind, told_at
    FROM grown_order g JOIN orders_orderpromise USING (order_id)
"""
_REVISIONS = """
    INSERT INTO orders_etarevision (order_id, kind, new_on, note, at)
    SELECT g.id, 'promised', revision.new_on, '', revision.at
    FROM grown_order g JOIN orders_etarevision revision USING (order_id)
    WHERE revision.kind = 'promised'
"""
_STOCK = """
    UPDATE inventory_stocklevel SET on_hand = on_hand + round(on_hand * %(growth)s)
    WHERE round(on_hand * %(growth)s) > 0
"""
_MOVEMENTS = """
    INSERT INTO inventory_stockmovement (product_id, warehouse_id, kind, qty, reference, reason, at)
    SELECT product_id, warehouse_id, 'adjustment', round(on_hand * %(growth)s), '', 'Grown for a benchmark', %(now)s
    FROM inventory_stocklevel WHERE round(on_hand * %(growth)s) > 0
    ORDER BY product_id, warehouse_id
"""
_PURCHASES = """
    UPDATE inventory_purchaseorderline line
    SET ordered_qty = ordered_qty + round(outstanding_qty * %(growth)s)
    FROM inventory_purchaseorder purchase
    WHERE purchase.id = line.purchase_order_id AND purchase.status = 'open' AND line.outstanding_qty > 0
"""
_SEQUENCE = "SELECT setval(pg_get_serial_sequence('orders_order', 'id'), (SELECT max(id) FROM orders_order))"


def grow_backlog(lines: int, *, now: datetime) -> int:
    """Copy open orders (their open part only) until ``lines`` lines are open; scale stock and purchase orders alike.

    Returns the lines added. Raises Invalid when there are more already, Conflict when there is nothing to copy.
    Set-based: about a minute for a million lines. The plan is the caller's to renew.
    """
    there = OrderLine.objects.filter(order__status=OrderStatus.OPEN, open_qty__gt=0).count()
    check_target(lines, there)
    missing = lines - there
    if missing:
        _grow(missing, copies=-(-missing // there), growth=missing / there, now=now)
    return missing


def check_target(lines: int, there: int) -> None:
    """Raise Conflict when there is nothing to copy, Invalid when fewer or too many lines are asked for."""
    if not there:
        raise Conflict("There are no open lines to copy.")
    if not there <= lines <= MOST_LINES:
        raise Invalid(f"Name a number from the {there:,} lines that are open to {MOST_LINES:,}.")


def _grow(missing: int, *, copies: int, growth: float, now: datetime) -> None:
    steps = (
        _CHOOSE,
        _NUMBER,
        _ORDERS,
        _LINES,
        _HOLDS,
        _PROMISES,
        _REVISIONS,
        _SEQUENCE,
        _MOVEMENTS,
        _STOCK,
        _PURCHASES,
    )
    given = {"copies": copies, "lines": missing, "growth": growth, "now": now}
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        mark_dirty(Product.objects.values_list("pk", flat=True), cause="sample_grown")
        with pgtrigger.ignore():
            for step in steps:
                # Values go in here: what pgtrigger puts before each statement does not mix with named ones.
                cursor.execute(cursor.mogrify(step, given).decode())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
