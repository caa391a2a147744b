"""How the backlog was, kept day by day: the figures for trends, and the ranks with which a day begins."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from kernel.transactions import entry_verb
from orders.models import BacklogDay, DayRank
from orders.queries.board import line_fill_rate, totals_of_all

_KEEP_RANKS = """
    INSERT INTO orders_dayrank (order_id, rank)
    SELECT order_id, row_number() OVER (ORDER BY stage, score DESC, placed_at, order_id) FROM orders_orderplan
"""


@entry_verb
def keep_day(*, now: datetime) -> BacklogDay:
    """Keep the backlog of today; the last time of a day is what stays. The first time of a day keeps all ranks, too.

    Twice at once does no harm: the second waits for the first one's row. Some 4 s for 300,000 orders.
    """
    today = timezone.localdate(now)
    totals = totals_of_all(today)
    day, is_new = BacklogDay.objects.update_or_create(
        day=today,
        defaults={
            "open_orders": totals.open_orders,
            "open_value_minor": totals.open_value_minor,
            "late_orders": totals.late_orders,
            "risk_value_minor": totals.risk_value_minor,
            "fill_rate": line_fill_rate(today),
        },
    )
    if is_new:
        DayRank.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(_KEEP_RANKS)
    return day


# Open at the end of a day is what had come by then, less what had left: both summed by day, once. Units cancelled at
# any time are left out of every day. How many were late is not known: that takes the dates which plans gave then.
_PAST_DAYS = """
    WITH change AS (
        SELECT (o.placed_at AT TIME ZONE %(zone)s)::date AS day, 1 AS orders, 0::numeric AS value
        FROM orders_order o
        UNION ALL
        SELECT (o.closed_at AT TIME ZONE %(zone)s)::date, -1, 0 FROM orders_order o WHERE o.closed_at IS NOT NULL
        UNION ALL
        SELECT (o.placed_at AT TIME ZONE %(zone)s)::date, 0, (l.ordered_qty - l.cancelled_qty) * l.unit_price
        FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
        UNION ALL
        SELECT (s.shipped_at AT TIME ZONE %(zone)s)::date, 0, -sl.qty * l.unit_price
        FROM orders_shipmentline sl
        JOIN orders_shipment s ON s.id = sl.shipment_id
        JOIN orders_orderline l ON l.id = sl.line_id
    ), per_day AS (
        SELECT GREATEST(day, %(first)s) AS day, sum(orders) AS orders, sum(value) AS value
        FROM change WHERE day <= %(last)s GROUP BY 1
    )
    INSERT INTO orders_backlogday (day, open_orders, open_value_minor)
    SELECT d.day::date, coalesce(sum(p.orders) OVER so_far, 0), coalesce(sum(p.value) OVER so_far, 0) * 100
    FROM generate_series(%(first)s::date, %(last)s::date, '1 day') AS d (day)
    LEFT JOIN per_day p ON p.day = d.day
    WINDOW so_far AS (ORDER BY d.day)
    ON CONFLICT (day) DO NOTHING
"""


@entry_verb
def keep_past_days(first: date, last: date) -> int:
    """Work out the days from ``first`` to ``last`` from the ledgers, where they are not kept; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_PAST_DAYS, {"first": first, "last": last, "zone": timezone.get_current_timezone_name()})
        return int(cursor.rowcount)
