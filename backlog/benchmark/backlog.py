"""The backlog that pages are measured on: that of ``bench_planning``, with promises, holds, owners, and its plan."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from orders.benchmark.seed import seed, shape_of
from orders.board.history import keep_day, keep_past_days
from orders.replan import replan
from orders.sample.people import create_people

_TREND_DAYS = 30
# Promises from five days ago to fifty ahead: some are broken, some slip. One order in forty is held.
_EXTRAS = (
    """INSERT INTO orders_orderpromise (order_id, promised_on, announced_on, announced_kind, told_on, told_kind)
    SELECT id, day, day, '', day, ''
    FROM orders_order, LATERAL (SELECT current_date - 5 + (id %% 56)::int AS day) d""",
    """INSERT INTO orders_hold (order_id, kind, reason, placed_at)
    SELECT id, (ARRAY['credit', 'address', 'payment', 'manual'])[1 + id %% 4], '', now()
    FROM orders_order WHERE id %% 40 = 0""",
    "UPDATE orders_order SET owner_id = %(owner)s WHERE id %% 1000 = 0",
)


def make_backlog(lines: int) -> None:
    """Fill an empty database and plan it: two minutes for a million lines."""
    seed(shape_of(lines, "default"))
    owner, today = create_people()["ops"], timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_order DISABLE TRIGGER USER")
        for statement in _EXTRAS:
            cursor.execute(statement, {"owner": owner.pk})
        cursor.execute("ALTER TABLE orders_order ENABLE TRIGGER USER")
    replan(product_ids=None, cause="benchmark", now=timezone.now(), quiet=True)
    keep_past_days(today - timedelta(days=_TREND_DAYS), today - timedelta(days=1))
    keep_day(now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
