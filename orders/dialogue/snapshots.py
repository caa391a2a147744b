"""What a customer's message may say about an order, taken whole at the moment of the fact."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from orders.dialogue.standing import IS_HELD_BACK
from orders.planning.types import Reason
from orders.replanning.prepared import FEW, execute, execute_as_it_is

MAX_LINES = 20

# The day that the customer is to hear: the one that stands while a promise rule keeps it, the one that they know while
# an earlier one is not firm, else the plan's.
_DAY = f"""CASE WHEN promise.kept_because IS NOT NULL THEN promise.announced_on
    WHEN {IS_HELD_BACK.format(plan="plan", promise="promise")} THEN promise.told_on ELSE plan.eta_p50 END"""

_LINES = """
    SELECT p.sku, p.name, l.open_qty,
        (SELECT coalesce(sum(a.qty), 0) FROM orders_allocation a WHERE a.line_id = l.id) AS allocated_qty,
        CASE WHEN told.day IS NOT DISTINCT FROM plan.eta_p50 THEN own.eta_p50
            WHEN own.eta_p50 = plan.eta_p50 THEN told.day
            ELSE LEAST(own.eta_p50, told.day) END AS eta_on
    FROM orders_orderline l
    JOIN inventory_product p ON p.id = l.product_id
    LEFT JOIN orders_lineplan own ON own.line_id = l.id
    WHERE l.order_id = o.id AND l.open_qty > 0
    ORDER BY l.position
"""
_ORDERS = f"""
    SELECT o.id, o.ref, o.channel, o.placed_at,
        c.code, c.name, c.contact_name, c.email, c.language, c.zone, c.wants_email, c.tier,
        promise.promised_on, promise.told_on,
        told.day,
        plan.eta_p90, plan.reason,
        (SELECT s.name
            FROM orders_orderline l
            JOIN orders_peg peg ON peg.line_id = l.id
            JOIN inventory_purchaseorderline pl ON pl.id = peg.purchase_order_line_id
            JOIN inventory_purchaseorder po ON po.id = pl.purchase_order_id
            JOIN inventory_supplier s ON s.id = po.supplier_id
            WHERE l.order_id = o.id
            ORDER BY pl.expected_on DESC, pl.id DESC LIMIT 1),
        c.phone, plan.short_units = 0 OR plan.reason = {int(Reason.ETA_BY_HAND)},
        (SELECT json_agg(line) FROM ({_LINES} LIMIT {MAX_LINES}) line),
        (SELECT count(*) FROM orders_orderline l WHERE l.order_id = o.id AND l.open_qty > 0)
    FROM orders_order o
    JOIN orders_customer c ON c.id = o.customer_id
    LEFT JOIN orders_orderpromise promise ON promise.order_id = o.id
    LEFT JOIN orders_orderplan plan ON plan.order_id = o.id
    CROSS JOIN LATERAL (SELECT {_DAY} AS day) told
    WHERE o.id = ANY(%(orders)s::bigint[])
"""


def customer_payloads(order_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the payload of a customer fact for each order, as the database has it now; one query in all.

    While a rule keeps a date back, the order and its lines have the date that stands: customers hear no other.
    ``lines`` holds the first 20 open lines, ``more_lines`` how many there are besides. Dates are ISO text or None;
    ``is_firm`` tells that all units are there, or a person named the day; ``reason`` is the lower-case name of a
    planning reason, or None while the order has no plan.
    """
    ids = sorted(set(order_ids))
    run = execute if len(ids) <= FEW else execute_as_it_is
    with connection.cursor() as cursor:
        run(cursor, _ORDERS, {"orders": ids})
        return {row[0]: _order_payload(row) for row in cursor.fetchall()}


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
        "lines": row[20] or [],
        "more_lines": max(row[21] - MAX_LINES, 0),
        "promised_on": _iso(row[12]),
        "told_on": _iso(row[13]),
        "eta_on": _iso(row[14]),
        "eta_p90_on": _iso(row[15]),
        "reason": None if row[16] is None else Reason(row[16]).name.lower(),
        "supplier": row[17],
        "is_firm": bool(row[19]),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _local_day(moment: datetime) -> str:
    return timezone.localdate(moment).isoformat()
