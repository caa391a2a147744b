"""What customers have to hear of a plan: promises made, dates that moved past the threshold, good news.

Works on ``plan_order_stage``, as ``rollup.roll_up`` leaves it, but for ``promise_first``. docs/messages.md has the
rules in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from notifications.outbox import NewFact, record_facts
from orders.dialogue.snapshots import customer_payloads
from orders.dialogue.standing import IS_HELD_BACK, least_days
from orders.planning.rules import PromiseRule
from orders.planning.types import Reason
from orders.replanning.bulk import Columns, as_array
from orders.replanning.prepared import execute
from orders.replanning.weighing import weigh

BACKORDERED = "orders.backordered"
LINE_ALLOCATED = "orders.line_allocated"
ETA_SLIPPED = "orders.eta_slipped"
ETA_IMPROVED = "orders.eta_improved"
ETA_RESTORED = "orders.eta_restored"

# Without supply the date is the lead time of an order that nobody has placed yet, so it moves on every day. Customers
# hear of it once a week, not once a day.
UNSUPPLIED_THRESHOLD_DAYS = 7

_NO_BACKORDER = f"(is_ready OR reason = {int(Reason.CAPACITY)})"
# A quiet run takes in what customers know already: it tells nobody, and remembers waiting orders as told.
# Units that are there and wait for hands are backlog, but no backorder.
_PROMISE = f"""
    WITH staged AS MATERIALIZED (
        {{staged}}
    ), promised AS (
        INSERT INTO orders_orderpromise
            (order_id, promised_on, announced_on, announced_kind, announced_at, told_on, told_kind)
        SELECT order_id, eta_p50, eta_p50, CASE WHEN {_NO_BACKORDER} THEN '' ELSE %(backordered)s END, %(now)s,
            eta_p50, CASE WHEN {_NO_BACKORDER} OR NOT %(quiet)s THEN '' ELSE %(backordered)s END
        FROM staged ORDER BY order_id
        RETURNING order_id, announced_kind
    ), kept AS (
        INSERT INTO orders_etarevision (order_id, kind, old_on, new_on, reason, note, run_id, at)
        SELECT s.order_id, 'promised', NULL, s.eta_p50, s.reason, '', %(run)s, %(now)s
        FROM staged s ORDER BY s.order_id
    )
    SELECT (SELECT count(*) FROM promised),
        ARRAY(SELECT order_id FROM promised WHERE announced_kind <> '' AND NOT %(quiet)s)
"""
_ROLLED_UP = """
    SELECT order_id, eta_p50, reason, is_ready FROM plan_order_stage
    WHERE NOT is_promised AND is_planned AND promised_on IS NOT NULL
"""
# Another run may have rolled such an order up meanwhile; it made its promise then. The range lets PostgreSQL read the
# table once instead of 20,000 times: it knows nothing yet of one that was empty a moment ago.
_PLANNED_FIRST = """
    SELECT order_id, DATE '0001-01-01' + (day - 1) AS eta_p50, reason, is_ready
    FROM unnest(%(orders)s::bigint[], %(days)s::int[], %(reasons)s::smallint[], %(ready)s::boolean[])
        AS planned (order_id, day, reason, is_ready)
    WHERE order_id NOT IN (SELECT order_id FROM orders_orderpromise WHERE order_id BETWEEN %(first)s AND %(last)s)
"""
# Ready orders: good news only for those who were told to wait. Waiting ones: measured against the last announcement
# whether there is news, and against what the customer last got what the news is. An earlier day that is not firm yet
# reads as no change from what the customer knows (dialogue.standing). Whose threshold it is costs look-ups, so it is
# asked of the few orders whose day is another than the announced one, one by one (OFFSET 0 keeps that so).
_NEWS = f"""
    WITH moved AS MATERIALIZED (
        SELECT s.order_id, d.day, s.is_ready, s.reason, s.told_on, s.announced_on, s.announced_kind
        FROM plan_order_stage s
        CROSS JOIN LATERAL (
            SELECT CASE WHEN NOT s.is_ready AND {IS_HELD_BACK.format(plan="s", promise="s")} THEN s.told_on
                ELSE s.eta_p50 END AS day
        ) d
        WHERE s.is_promised AND s.is_planned AND s.eta_p50 IS NOT NULL
            AND CASE
                WHEN s.is_ready THEN s.announced_kind NOT IN ('', %(line_allocated)s)
                ELSE d.day <> s.announced_on OR s.announced_kind = %(line_allocated)s
            END
    )
    SELECT s.order_id, s.day,
        CASE
            WHEN s.is_ready THEN %(line_allocated)s
            WHEN s.day - s.told_on >= t.days THEN %(eta_slipped)s
            WHEN s.told_on - s.day >= t.days THEN %(eta_improved)s
            ELSE %(eta_restored)s
        END
    FROM moved s
    CROSS JOIN LATERAL (
        SELECT {{later}} AS later, {{earlier}} AS earlier
        FROM orders_order o JOIN orders_customer c ON c.id = o.customer_id
        WHERE o.id = s.order_id OFFSET 0
    ) least
    CROSS JOIN LATERAL (SELECT CASE WHEN s.day < s.told_on THEN least.earlier ELSE least.later END AS days) told
    CROSS JOIN LATERAL (
        SELECT CASE WHEN s.reason = {int(Reason.STOCK_SHORT)} THEN GREATEST(%(unsupplied)s::int, told.days)
            ELSE told.days END AS days
    ) t
    WHERE s.is_ready OR s.announced_kind = %(line_allocated)s
        OR CASE
            WHEN abs(s.day - s.told_on) < told.days
                THEN LEAST(abs(s.day - s.announced_on), abs(s.announced_on - s.told_on))
                    >= LEAST(least.later, least.earlier)
            ELSE abs(s.day - s.announced_on) >= t.days
        END
    ORDER BY s.order_id
"""
_SET_ANNOUNCED = """
    UPDATE orders_orderpromise r
    SET announced_on = news.announced_on, announced_kind = news.kind, announced_at = %(now)s
    FROM unnest(%(orders)s::bigint[], %(days)s::date[], %(kinds)s::text[]) AS news (order_id, announced_on, kind)
    WHERE r.order_id = news.order_id
"""


def make_promises(*, run_id: int, now: datetime, quiet: bool) -> tuple[dict[str, int], list[tuple[int, str]]]:
    """Promise the first known date of each staged order; return rows per table and the (order, kind) to announce."""
    return _promise(_ROLLED_UP, {"run": run_id, "now": now, "quiet": quiet})


def promise_first(
    orders: Columns, *, run_id: int, now: datetime, quiet: bool
) -> tuple[dict[str, int], list[tuple[int, str]]]:
    """Do as ``make_promises`` does for orders with their first plan, ascending: order_id, eta_p50, reason, is_ready."""
    order_id, is_ready = orders["order_id"], orders["is_ready"]
    params = {
        "orders": as_array(order_id),
        "days": as_array(orders["eta_p50"]),
        "reasons": as_array(orders["reason"]),
        "ready": "{" + ",".join(np.where(is_ready, "t", "f").tolist()) + "}",
        "first": int(order_id[0]),
        "last": int(order_id[-1]),
    }
    return _promise(_PLANNED_FIRST, {**params, "run": run_id, "now": now, "quiet": quiet})


def _promise(staged: str, params: dict[str, Any]) -> tuple[dict[str, int], list[tuple[int, str]]]:
    with connection.cursor() as cursor:
        cursor.execute(_PROMISE.format(staged=staged), {"backordered": BACKORDERED, **params})
        promised, to_tell = cursor.fetchone()
    return {"promises": promised, "eta_revisions": promised}, [(order_id, BACKORDERED) for order_id in to_tell]


def find_news(
    *,
    promises: tuple[PromiseRule, ...],
    policy_id: int,
    any_kept_back: bool,
    run_id: int,
    now: datetime,
    quiet: bool,
) -> tuple[dict[str, int], list[tuple[int, str]]]:
    """Move the announced date of each staged order whose plan is news; return rows per table and (order, kind).

    News that the policy's promise rules keep back is none: the announced date stands. ``any_kept_back`` tells that such
    a rule has kept back a date of a staged order before.
    """
    params: dict[str, Any] = {
        "line_allocated": LINE_ALLOCATED,
        "eta_slipped": ETA_SLIPPED,
        "eta_improved": ETA_IMPROVED,
        "eta_restored": ETA_RESTORED,
        "unsupplied": UNSUPPLIED_THRESHOLD_DAYS,
    }
    with connection.cursor() as cursor:
        execute(cursor, _NEWS.format(**least_days("c")), params)
        news = cursor.fetchall()
        weighed = weigh(
            [order_id for order_id, *_ in news],
            promises,
            policy_id=policy_id,
            any_kept_back=any_kept_back,
            run_id=run_id,
            line_allocated=LINE_ALLOCATED,
            now=now,
        )
        kept_back = set(weighed.kept_back.tolist())
        news = [row for row in news if row[0] not in kept_back]
        if news:
            orders, days, kinds = (list(column) for column in zip(*news, strict=True))
            cursor.execute(_SET_ANNOUNCED, {"orders": orders, "days": days, "kinds": kinds, "now": now})
    rows = {"promises": len(news) + weighed.promises, "eta_revisions": weighed.revisions}
    return rows, [] if quiet else [(order_id, kind) for order_id, _, kind in news]


def announce(news: Sequence[tuple[int, str]], *, run_id: int, now: datetime) -> int:
    """Record one fact for each (order, kind), with its snapshot; return how many."""
    if not news:
        return 0
    payloads = customer_payloads([order_id for order_id, _ in news])
    facts = [
        NewFact(
            kind=kind,
            subject=f"order:{order_id}:promise",
            dedupe_key=f"{kind}:{order_id}:run:{run_id}",
            payload=payloads[order_id],
        )
        for order_id, kind in sorted(news)
        if order_id in payloads
    ]
    record_facts(facts, now=now)
    return len(facts)
