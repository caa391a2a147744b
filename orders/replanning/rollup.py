"""The orders of a plan: rolled up from their lines' plans, promised once, and every change of date kept.

Orders cross pools, so two runs may touch one order. Each rolls it up from what is committed, under a lock on the
order's bucket: whoever comes second sees the other's lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from orders.planning.chance import CURVE
from orders.planning.guarantees import STAGES
from orders.planning.types import ANY_STAGE, Ints, Reason
from orders.replanning.bulk import as_array
from orders.replanning.origins import Origins
from orders.replanning.prepared import FEW, USE_PREPARED, execute, execute_as_it_is
from orders.replanning.writes import open_stage

BUCKETS = 1024
_BLOCK = 64  # neighbours share a bucket, so that runs of orders far apart share none
_BUCKET_LOCK = 7_302  # advisory lock class; the second key is the bucket

_STAGE = """
    order_id bigint, placed_at timestamptz, stage smallint, score float8, reason smallint, eta_p50 date, eta_p90 date,
    open_lines int, short_lines int, open_units int, short_units int, open_value_minor bigint,
    ready_value_minor bigint, is_planned bool, is_ready bool, promised_on date, is_promised bool,
    was_planned bool, old_eta date, old_reason smallint, told_on date, announced_on date, announced_kind varchar(40),
    is_kept_back bool
"""

# The last line to arrive names the order's reason; of lines with the same day one that waits, and not for another. Day,
# the two preferences and the reason itself are packed into one number, so that a plain maximum finds it: an ordered
# aggregate would sort every order's lines. A line that no run has planned yet counts as short, without a day.
_LAST_TO_ARRIVE = f"""
    max(((COALESCE(p.eta_p50 - DATE '2000-01-01', 1000000) * 2
        + (p.reason NOT IN ({int(Reason.READY)}, {int(Reason.FROZEN)}))::int) * 2
        + (p.reason <> {int(Reason.SHIP_COMPLETE)})::int) * 16 + p.reason)
"""
# An order ranks by its best line: of the lowest stage the best score. Without segments all lines are of one stage.
_RANKED_BY = f"{ANY_STAGE} AS stage, COALESCE(max(p.score), 0) AS score"
_RANKED_BY_STAGE = f"""
    COALESCE(min(p.stage), {ANY_STAGE}) AS stage,
    COALESCE({", ".join(f"max(p.score) FILTER (WHERE p.stage = {stage})" for stage in STAGES.values())}, 0) AS score
"""
# A full run rolls up a range of orders at a time. Line plans are looked up one by one (OFFSET 0 keeps that so) and of
# the other tables only these orders are read: left alone, PostgreSQL reads all of them for every range, which took 2.4
# times as long at a million lines.
# Where hands are bounded a new order's first plan knows nothing of its warehouse's queue. It is promised with its next
# one, which follows the pass over the queues (orders.hands).
_MAY_PROMISE = "(%(quiet)s OR old.order_id IS NOT NULL OR NOT EXISTS (SELECT FROM inventory_pickcapacity))"
_ROLL_UP = f"""
    WITH total AS (
        SELECT l.order_id, {{ranked_by}},
            CASE WHEN count(p.line_id) = count(*) THEN mod({_LAST_TO_ARRIVE}, 16)
                ELSE {int(Reason.STOCK_SHORT)} END AS reason,
            CASE WHEN count(p.eta_p50) = count(*) THEN max(p.eta_p50) END AS eta_p50,
            CASE WHEN count(p.eta_p90) = count(*) THEN max(p.eta_p90) END AS eta_p90,
            count(*) AS open_lines,
            count(*) FILTER (WHERE COALESCE(p.allocated_qty, 0) < l.open_qty) AS short_lines,
            sum(l.open_qty) AS open_units,
            sum(l.open_qty - LEAST(COALESCE(p.allocated_qty, 0), l.open_qty)) AS short_units,
            sum(l.open_qty * l.unit_price_minor) AS open_value_minor,
            sum(LEAST(COALESCE(p.allocated_qty, 0), l.open_qty) * l.unit_price_minor) AS ready_value_minor,
            count(p.line_id) = count(*) AS is_planned,
            COALESCE(bool_and(p.reason IN ({int(Reason.READY)}, {int(Reason.FROZEN)})), false) AS is_ready
        FROM orders_orderline l
        LEFT JOIN LATERAL (SELECT * FROM orders_lineplan WHERE line_id = l.id OFFSET 0) p ON true
        WHERE l.open_qty > 0 AND l.order_id = ANY(%(orders)s::bigint[])
        GROUP BY l.order_id
    ){{read_first}}, staged AS (
    INSERT INTO plan_order_stage
    SELECT t.order_id, o.placed_at, t.stage, t.score, t.reason, t.eta_p50, t.eta_p90, t.open_lines, t.short_lines,
        t.open_units, t.short_units, t.open_value_minor, t.ready_value_minor, t.is_planned, t.is_ready,
        COALESCE(r.promised_on, CASE WHEN t.is_planned AND {_MAY_PROMISE} THEN t.eta_p50 END), r.order_id IS NOT NULL,
        old.order_id IS NOT NULL, old.eta_p50, old.reason, r.told_on, r.announced_on, r.announced_kind,
        r.kept_because IS NOT NULL
    FROM total t
    JOIN orders_order o ON o.id = t.order_id AND o.status = 'open' AND {{among}}
    {{joins}}
    ORDER BY t.order_id
    RETURNING was_planned, is_promised, is_kept_back
    )
    SELECT count(*), count(*) FILTER (WHERE was_planned), count(*) FILTER (WHERE is_promised),
        count(*) FILTER (WHERE is_kept_back)
    FROM staged
"""
# Promises and old plans of many orders are read once, up front: they are empty when a first plan is thought out, and
# another writer fills them meanwhile. Those of few are looked up, since a plan made without looking at the orders takes
# them for ten and would compare each with each.
_READ_FIRST = """, promise AS MATERIALIZED (
        SELECT * FROM orders_orderpromise WHERE order_id = ANY(%(orders)s::bigint[])
    ), old AS MATERIALIZED (
        SELECT order_id, eta_p50, reason FROM orders_orderplan WHERE order_id = ANY(%(orders)s::bigint[])
    )"""
_JOINED = "LEFT JOIN promise r ON r.order_id = t.order_id LEFT JOIN old ON old.order_id = t.order_id"
_LOOKED_UP = """
    LEFT JOIN LATERAL (SELECT * FROM orders_orderpromise WHERE order_id = t.order_id OFFSET 0) r ON true
    LEFT JOIN LATERAL (
        SELECT order_id, eta_p50, reason FROM orders_orderplan WHERE order_id = t.order_id OFFSET 0
    ) old ON true
"""
_VALUES = (
    "placed_at, stage, score, reason, eta_p50, eta_p90, promised_on, slip_days, chance, open_lines, short_lines, "
    "open_units, short_units, open_value_minor, ready_value_minor"
)
# planning.chance, word for word.
_CHANCE = f"""
    CASE
        WHEN s.promised_on IS NULL THEN NULL
        WHEN s.eta_p50 IS NULL THEN 0
        WHEN s.is_ready THEN (s.promised_on >= s.eta_p50)::int
        WHEN s.promised_on < s.eta_p50 THEN {CURVE.early_by_a_day}::float8 * {CURVE.early_decay}::float8
            ^ ((s.eta_p50 - s.promised_on - 1)::float8 / GREATEST(s.eta_p90 - s.eta_p50, 1))
        ELSE LEAST({CURVE.surest}::float8, 1 - CASE WHEN s.eta_p90 > s.eta_p50 THEN {CURVE.late_after_p50}::float8
            ELSE {CURVE.late_after_p90}::float8 END * {CURVE.late_after_p90 / CURVE.late_after_p50!r}::float8
            ^ ((s.promised_on - s.eta_p50)::float8 / GREATEST(s.eta_p90 - s.eta_p50, 1)))
    END
"""
_COMPUTED = {"slip_days": "s.eta_p50 - s.promised_on", "chance": _CHANCE}
_NEW_VALUES = ", ".join(_COMPUTED.get(name, f"s.{name}") for name in _VALUES.split(", "))
# The bucket's lock keeps others from inserting in between, so that no ON CONFLICT is needed, which costs a third more.
_ADD = f"""
    INSERT INTO orders_orderplan (order_id, {_VALUES})
    SELECT order_id, {_NEW_VALUES} FROM plan_order_stage s WHERE NOT was_planned ORDER BY order_id
    RETURNING order_id
"""
_CHANGE = f"""
    UPDATE orders_orderplan old SET ({_VALUES}) = ROW ({_NEW_VALUES})
    FROM plan_order_stage s
    WHERE old.order_id = s.order_id AND {{among}}
        AND ({", ".join(f"old.{name}" for name in _VALUES.split(", "))}) IS DISTINCT FROM ({_NEW_VALUES})
    RETURNING old.order_id
"""
_DROP_CLOSED = """
    DELETE FROM orders_orderplan p WHERE p.order_id = ANY(%(orders)s::bigint[])
        AND p.order_id NOT IN (SELECT order_id FROM plan_order_stage)
"""
_HAS_LINE_OF = """EXISTS (
    SELECT FROM orders_orderline l
    WHERE l.order_id = s.order_id AND l.open_qty > 0 AND l.product_id = ANY(%({products})s::bigint[])
)"""
# A ready order that nobody has shipped yet moves on by a day every day: that is no change of date worth keeping. A
# date set by hand is in the ledger already, with who and why. Where nothing but time has changed, a late supplier has.
_KEEP_CHANGES = f"""
    INSERT INTO orders_etarevision (order_id, kind, old_on, new_on, reason, origin, note, run_id, at)
    SELECT order_id, 'planned', old_eta, eta_p50, reason,
        CASE WHEN order_id = ANY(%(customer_orders)s::bigint[]) THEN 'customer'
            WHEN {_HAS_LINE_OF.format(products="supplier_products")} THEN 'supplier'
            WHEN reason = {int(Reason.SUPPLIER_LATE)} AND NOT {_HAS_LINE_OF.format(products="our_products")}
                THEN 'supplier'
            ELSE 'ours' END,
        '', %(run)s::bigint, %(now)s::timestamptz
    FROM plan_order_stage s
    WHERE was_planned AND old_eta IS DISTINCT FROM eta_p50
        AND reason <> {int(Reason.ETA_BY_HAND)}
        AND NOT (is_ready AND old_reason IN ({int(Reason.READY)}, {int(Reason.FROZEN)}))
    ORDER BY order_id
"""


# Which orders are looked at: each by itself, or a range read through, of which a full run rolls up most. PostgreSQL
# cannot tell how many are staged.
_FEW_AMONG = "{order_id} = ANY(%(orders)s::bigint[])"
_MANY_AMONG = "{order_id} BETWEEN %(first)s AND %(last)s"
_MOVE_ON = f"""
    WITH changed AS ({_CHANGE}), kept AS ({_KEEP_CHANGES} RETURNING 1)
    SELECT ARRAY(SELECT order_id FROM changed), (SELECT count(*) FROM kept)
"""


@dataclass(frozen=True, slots=True)
class RolledUp:
    """Rows per table, the orders whose plan changed, and how many of the staged ones have a promise already.

    Of ``kept_back`` ones a promise rule keeps the new date back.
    """

    rows: dict[str, int]
    changed: list[int]
    promised: int
    unpromised: int
    kept_back: int


def is_dense(order_ids: Ints) -> bool:
    """Tell whether a good part of the range that these orders span, ascending, is theirs."""
    return int(order_ids[-1] - order_ids[0]) < 4 * len(order_ids)


def bucket_blocks(order_ids: Ints) -> Ints:
    """Return a number for each order; runs of up to 1,024 successive numbers share no bucket with one another."""
    return order_ids // _BLOCK


def lock_orders(order_ids: Ints) -> None:
    """Keep other runs from rolling up these orders until commit (buckets ascending)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_advisory_xact_lock(%s, bucket)) FROM unnest(%s::int[]) AS bucket",
            [_BUCKET_LOCK, as_array(np.unique(bucket_blocks(order_ids) % BUCKETS))],
        )


def roll_up(
    order_ids: Ints, origins: Origins, *, run_id: int, now: datetime, quiet: bool = False, has_stages: bool = False
) -> RolledUp:
    """Write the order plans that differ and the revisions of their dates.

    ``order_ids`` ascend. ``origins`` says who changed what this run plans, ``has_stages`` that the policy has segments.
    Leaves what it found in the temporary table ``plan_order_stage`` for ``facts``. Call it after the line plans are
    written and under ``lock_orders``.
    """
    params: dict[str, Any] = {
        "orders": as_array(order_ids),
        "quiet": quiet,
        "first": int(order_ids[0]),
        "last": int(order_ids[-1]),
        "run": run_id,
        "now": now,
        **origins.params(),
    }
    rows = {"order_plans": 0, "eta_revisions": 0}
    changed: list[int] = []
    stage = open_stage("plan_order_stage", _STAGE)
    is_few = len(order_ids) <= FEW
    run = execute if is_few else execute_as_it_is
    among = _FEW_AMONG if is_few or not is_dense(order_ids) else _MANY_AMONG
    read_first, joins = ("", _LOOKED_UP) if is_few else (_READ_FIRST, _JOINED)
    ranked_by = _RANKED_BY_STAGE if has_stages else _RANKED_BY
    with connection.cursor() as cursor:
        roll = _ROLL_UP.format(
            ranked_by=ranked_by, among=among.format(order_id="o.id"), read_first=read_first, joins=joins
        )
        run(cursor, roll, params, first=f"{USE_PREPARED}; {stage}")
        staged, was_planned, is_promised, is_kept_back = cursor.fetchone()
        if was_planned < staged:
            cursor.execute(_ADD)
            changed += [row[0] for row in cursor.fetchall()]
        if was_planned:
            run(cursor, _MOVE_ON.format(among=among.format(order_id="old.order_id")), params)
            moved, rows["eta_revisions"] = cursor.fetchone()
            changed += moved
        if staged < len(order_ids):
            cursor.execute(_DROP_CLOSED, params)
            rows["order_plans"] = int(cursor.rowcount)
        rows["order_plans"] += len(changed)
        return RolledUp(rows, changed, promised=is_promised, unpromised=staged - is_promised, kept_back=is_kept_back)
