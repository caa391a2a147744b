"""After the first plan, which is a quiet one: its dates are what the customers were told last."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from kernel.transactions import entry_verb

_REVISIONS = """
    INSERT INTO orders_etarevision (order_id, kind, old_on, new_on, reason, note, at)
    SELECT promise.order_id, step.kind, promise.told_on, plan.eta_p50, plan.reason,
        'Taken over with the sample', %(now)s
    FROM orders_orderpromise promise
    JOIN orders_orderplan plan ON plan.order_id = promise.order_id
    CROSS JOIN (VALUES (1, 'planned'), (2, 'told')) AS step (place, kind)
    WHERE plan.eta_p50 <> promise.told_on
    ORDER BY promise.order_id, step.place
"""
# An order that waits has to count as announced: only then is it news when its units come.
_PROMISES = """
    UPDATE orders_orderpromise promise
    SET announced_on = settled.eta_p50, announced_kind = settled.kind,
        told_on = settled.eta_p50, told_kind = settled.kind,
        told_at = CASE WHEN settled.eta_p50 <> promise.told_on THEN %(now)s ELSE promise.told_at END
    FROM (
        SELECT plan.order_id, plan.eta_p50,
            CASE WHEN plan.short_units = 0 THEN ''
                WHEN plan.eta_p50 > plan.promised_on THEN 'orders.eta_slipped'
                ELSE 'orders.backordered' END AS kind
        FROM orders_orderplan plan WHERE plan.eta_p50 IS NOT NULL
    ) settled
    WHERE settled.order_id = promise.order_id
"""


@entry_verb
def settle_promises(now: datetime) -> None:
    """Make the plan's date the one that the customer of every open order was told, and keep it in the ledger."""
    with connection.cursor() as cursor:
        cursor.execute(_REVISIONS, {"now": now})
        cursor.execute(_PROMISES, {"now": now})
