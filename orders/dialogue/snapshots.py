"""What a customer's message may say about an order, taken whole at the moment of the fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from orders.dialogue.standing import IS_HELD_BACK
from orders.planning.types import Reason

MAX_LINES = 20

# The day that the customer is to hear: the one that stands while a promise rule keeps it, the one that they know while
# an earlier one is not firm, else the plan's.
_DAY = f"""CASE WHEN promise.kept_because IS NOT NULL THEN promise.announced_on
    WHEN {IS_HELD_BACK.format(plan="plan", promise="promise")} THEN promise.told_on ELSE plan.eta_p50 END"""

_ORDERS = f"""
    SELECT o.id, o.ref, o.channel, o.placed_at,
        c.code, c.name, c.contact_name, c.email, c.language, c.zone, c.wants_email, c.tier,
        promise.promised_on, promise.told_on,
        {_DAY},
        plan.eta_p90, plan.reason,
        (SELECT s.name
            FROM orders_orderline l
            JOIN orders_peg peg ON peg.line_id = l.id
            JOIN inventory_purchaseorderline pl ON pl.id = peg.purchase_order_line_id
            JOIN inventory_purchaseorder po ON po.id = pl.purchase_order_id
            JOIN inventory_supplier s ON s.id = po.supplier_id
            WHERE l.order_id = o.id
            ORDER BY pl.expected_on DESC, pl.id DESC LIMIT 1),
        c.phone, plan.short_units = 0 OR plan.reason = {int(Reason.ETA_BY_HAND)}
    FROM orders_order o
    JOIN orders_customer c ON c.id = o.customer_id
    LEFT JOIN orders_orderpromise promise ON promise.order_id = o.id
    LEFT JOIN orders_orderplan plan ON plan.order_id = o.id
    WHERE o.id = ANY(%s)
"""

_LINES = f"""
    SELECT * FROM (
        SELECT l.order_id, p.sku, p.name, l.open_qty,
            CASE WHEN told.day IS NOT DISTINCT FROM whole.eta_p50 THEN plan.eta_p50
                WHEN plan.eta_p50 = whole.eta_p50 THEN told.day
                ELSE LEAST(plan.eta_p50, told.day) END,
            (SELECT coalesce(sum(a.qty), 0)::int FROM orders_allocation a WHERE a.line_id = l.id),
            row_number() OVER (PARTITION BY l.order_id ORDER BY l.position) AS place,
            count(*) OVER (PARTITION BY l.order_id) AS lines
        FROM orders_orderline l
        JOIN inventory_product p ON p.id = l.product_id
        LEFT JOIN orders_lineplan plan ON plan.line_id = l.id
        LEFT JOIN orders_orderplan whole ON whole.order_id = l.order_id
        LEFT JOIN orders_orderpromise promise ON promise.order_id = l.order_id
        CROSS JOIN LATERAL (SELECT {_DAY.replace("plan.", "whole.")} AS day) told
        WHERE l.order_id = ANY(%s) AND l.open_qty > 0
    ) numbered
    WHERE place <= %s
    ORDER BY order_id, place
"""


def customer_payloads(order_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the payload of a customer fact for each order, as the database has it now; two queries in all.

    While a rule keeps a date back, the order and its lines have the date that stands: customers hear no other.
    ``lines`` holds the first 20 open lines, ``more_lines`` how many there are besides. Dates are ISO text or None;
    ``is_firm`` tells that all units are there, or a person named the day; ``reason`` is the lower-case name of a
    planning reason, or None while the order has no plan.
    """
    ids = sorted(set(order_ids))
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, [ids])
        payloads = {row[0]: _order_payload(row) for row in cursor.fetchall()}
        cursor.execute(_LINES, [ids, MAX_LINES])
        by_order: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for row in cursor.fetchall():
            by_order[row[0]].append(row)
    for order_id, rows in by_order.items():
        payloads[order_id]["lines"] = [_line_payload(row) for row in rows]
        payloads[order_id]["more_lines"] = rows[0][7] - len(rows)
    return payloads


def _order_payload(row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "order": {"id": row[0], "ref": row[1], "channel": row[2], "placed_on": _local_day(row[3])},
        "customer": dict(
            zip(
                ("code", "name", "contact_name", "email", "language", "zone", "wants_email", "tier"),
                row[4:12],
                strict=True,
            ),
            phone=row[18],
        ),
        "lines": [],
        "more_lines": 0,
        "promised_on": _iso(row[12]),
        "told_on": _iso(row[13]),
        "eta_on": _iso(row[14]),
        "eta_p90_on": _iso(row[15]),
        "reason": None if row[16] is None else Reason(row[16]).name.lower(),
        "supplier": row[17],
        "is_firm": bool(row[19]),
    }


def _line_payload(row: tuple[Any, ...]) -> dict[str, Any]:
    return {"sku": row[1], "name": row[2], "open_qty": row[3], "allocated_qty": row[5], "eta_on": _iso(row[4])}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _local_day(moment: datetime) -> str:
    return timezone.localdate(moment).isoformat()
