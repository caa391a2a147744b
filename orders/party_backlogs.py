"""Keeps the figures of customers and suppliers: what waits for whom, as their lists sort it.

Made from plans and purchase orders in sets; rows that say the same already are not written. Locks: one pass at a time,
and nothing that planning or a verb waits for.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Min, Model, Sum
from django.utils import timezone

from kernel.live import announce
from kernel.locks import lock_until_commit
from kernel.transactions import entry_verb
from orders.models import BacklogFigures, CustomerBacklog, PlanRun, PlanRunStatus, SupplierBacklog
from orders.queries.board import open_plans
from orders.queries.status import conditions

LONGEST = timedelta(minutes=1)  # messages and holds change figures without a plan
COSTS_KEPT = 20  # making the figures takes at most a twentieth of a worker
RECENT = 500  # runs that are in work at a time are far fewer
_PASS_LOCK = "orders.party_backlogs"  # one pass at a time, since each replaces what the other wrote
_SUPPLIERS = """
    WITH due AS (
        SELECT supplier_id, count(*) AS open_purchases,
            count(*) FILTER (WHERE expected_on < %(today)s) AS late_purchases,
            min(expected_on) FILTER (WHERE expected_on >= %(today)s) AS next_on,
            min(expected_on) FILTER (WHERE expected_on < %(today)s) AS silent_since
        FROM inventory_purchaseorder WHERE status = 'open' GROUP BY supplier_id
    ), coming AS (
        SELECT po.supplier_id, sum(pl.outstanding_qty) AS units
        FROM inventory_purchaseorderline pl
        JOIN inventory_purchaseorder po ON po.id = pl.purchase_order_id AND po.status = 'open'
        WHERE pl.outstanding_qty > 0 GROUP BY po.supplier_id
    ), waiting AS (
        SELECT po.supplier_id, count(DISTINCT l.order_id) AS orders, sum(p.qty * l.unit_price * 100) AS value
        FROM orders_peg p
        JOIN orders_orderline l ON l.id = p.line_id
        JOIN inventory_purchaseorderline pl ON pl.id = p.purchase_order_line_id
        JOIN inventory_purchaseorder po ON po.id = pl.purchase_order_id AND po.status = 'open'
        GROUP BY po.supplier_id
    )
    SELECT due.supplier_id, due.open_purchases, due.late_purchases, COALESCE(coming.units, 0), due.next_on,
        due.silent_since, COALESCE(waiting.orders, 0), COALESCE(waiting.value, 0)::bigint
    FROM due LEFT JOIN coming USING (supplier_id) LEFT JOIN waiting USING (supplier_id)
"""

_REPLACE = """
    WITH fresh ({names}) AS MATERIALIZED ({query}),
    gone AS (
        DELETE FROM {table} t WHERE NOT EXISTS (SELECT FROM fresh f WHERE f.{key} = t.{key}) RETURNING 1
    ), kept AS (
        INSERT INTO {table} AS t ({names}) SELECT {names} FROM fresh
        ON CONFLICT ({key}) DO UPDATE SET {sets} WHERE ({ours}) IS DISTINCT FROM ({theirs}) RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM kept)
"""


def keep_party_backlogs(*, now: datetime) -> int:
    """Make the figures anew if a plan ran or a minute has passed; return how many rows changed. O(1) where not.

    After an expensive pass the next one waits for twenty times as long as it took.
    """
    done = PlanRun.objects.filter(status=PlanRunStatus.DONE)
    newest = done.aggregate(newest=Max("pk"))["newest"] or 0
    covers = {"covers_run_id": newest, "recent_runs": done.filter(pk__gt=newest - RECENT).count()}
    last = BacklogFigures.objects.first()
    if last is not None and _is_fresh(last, covers, now):
        return 0
    return make_party_backlogs(covers=covers, now=now)


@entry_verb
def make_party_backlogs(*, covers: dict[str, int], now: datetime) -> int:
    """Write the figures as they are now, and tell open lists when any differ."""
    started = time.monotonic()
    lock_until_commit(_PASS_LOCK)
    today = timezone.localdate(now)
    changed = _replace(CustomerBacklog, *_customers(today)) + _replace(SupplierBacklog, _SUPPLIERS, {"today": today})
    seconds = time.monotonic() - started
    BacklogFigures.objects.update_or_create(pk=1, defaults={**covers, "at": now, "seconds": seconds})
    if changed:
        announce("figures", {"figures": True})
    return changed


def _is_fresh(last: BacklogFigures, covers: dict[str, int], now: datetime) -> bool:
    age = now - last.at
    known = {"covers_run_id": last.covers_run_id, "recent_runs": last.recent_runs}
    is_new_day = timezone.localdate(now) != timezone.localdate(last.at)
    return age < timedelta(seconds=COSTS_KEPT * last.seconds) or (known == covers and age < LONGEST and not is_new_day)


def _customers(today: date) -> tuple[str, Any]:
    """Return the query that counts open orders by customer in the columns of CustomerBacklog, and its parameters."""
    sets = conditions(today)
    rows = open_plans(today).order_by().values(customer=F("order__customer_id"))
    figures = rows.annotate(
        n_open=Count("order_id"),
        value=Sum("open_value_minor"),
        late=Count("order_id", filter=sets["late"]),
        on_hold=Count("order_id", filter=sets["hold"]),
        untold=Count("order_id", filter=sets["untold"]),
        oldest=Min("order__placed_at"),
    ).values_list("customer", "n_open", "value", "late", "on_hold", "untold", "oldest")
    return figures.query.sql_with_params()


def _replace(model: type[Model], query: str, params: Any) -> int:
    """Make a table say what ``query`` finds, whose columns are those of ``model``; return how many rows changed."""
    key, *figures = [str(field.column) for field in model._meta.concrete_fields]
    statement = _REPLACE.format(
        query=query,
        table=model._meta.db_table,
        key=key,
        names=", ".join([key, *figures]),
        sets=_each(figures, "{0} = excluded.{0}"),
        ours=_each(figures, "t.{0}"),
        theirs=_each(figures, "excluded.{0}"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.fetchone()[0])


def _each(columns: Sequence[str], pattern: str) -> str:
    return ", ".join(pattern.format(column) for column in columns)
