"""After the first plan, which is a quiet one: its dates are what the customers were told last."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from kernel.transactions import entry_verb
from orders.dialogue.standing import IS_HELD_BACK
from orders.models import Reason

_REVISIONS = f"""
    INSERT INTO orders_etarevision (order_id, kind, old_on, new_on, reason, origin, note, at)
    SELECT promise.order_id, step.kind, promise.told_on, plan.eta_p50, plan.reason,
        CASE WHEN step.kind = 'told' THEN '' WHEN plan.reason = {Reason.SUPPLIER_LATE.value} THEN 'supplier'
            ELSE 'ours' END,
        'Taken over with the sample', %(told_at)s
    FROM orders_orderpromise promise
    JOIN orders_orderplan plan ON plan.order_id = promise.order_id
    CROSS JOIN (VALUES (1, 'planned'), (2, 'told')) AS step (place, kind)
    JOIN orders_order o ON o.id = promise.order_id
    JOIN orders_customer c ON c.id = o.customer_id
    WHERE plan.eta_p50 <> promise.told_on AND (c.email <> '' OR c.phone = '' OR step.kind = 'planned')
    ORDER BY promise.order_id, step.place
"""
_IS_NO_NEWS = IS_HELD_BACK.format(plan="settled", promise="promise")
# An order that waits has to count as announced: only then is it news when its units come.
_PROMISES = f"""
    UPDATE orders_orderpromise promise
    SET announced_on = CASE WHEN NOT settled.is_told AND {_IS_NO_NEWS} THEN promise.told_on ELSE settled.eta_p50 END,
        announced_kind = settled.kind,
        announced_at = COALESCE(promise.announced_at, %(now)s),
        told_on = CASE WHEN settled.is_told THEN settled.eta_p50 ELSE promise.told_on END,
        told_kind = settled.kind,
        told_at = CASE WHEN settled.is_told AND settled.eta_p50 <> promise.told_on THEN %(told_at)s
            ELSE promise.told_at END
    FROM (
        SELECT plan.order_id, plan.eta_p50, plan.short_units, plan.reason,
            CASE WHEN plan.short_units = 0 THEN ''
                WHEN plan.eta_p50 > plan.promised_on THEN 'orders.eta_slipped'
                ELSE 'orders.backordered' END AS kind,
            c.email <> '' OR c.phone = '' AS is_told
        FROM orders_orderplan plan
        JOIN orders_order o ON o.id = plan.order_id
        JOIN orders_customer c ON c.id = o.customer_id
        WHERE plan.eta_p50 IS NOT NULL
    ) settled
    WHERE settled.order_id = promise.order_id
"""


@entry_verb
def settle_promises(now: datetime) -> None:
    """Make the plan's date the one that the customer of every open order was told yesterday, and keep it in the ledger.

    Customers with a telephone but no e-mail address were not told of slips: somebody has to call them.
    """
    times = {"now": now, "told_at": now - timedelta(days=1)}
    with connection.cursor() as cursor:
        cursor.execute(_REVISIONS, times)
        cursor.execute(_PROMISES, times)
