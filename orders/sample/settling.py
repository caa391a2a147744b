"""After the first plan: its dates are what the customers know, so that nobody gets a mail about the sample itself."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from kernel.transactions import entry_verb
from notifications.models import Fact, FactState

_REVISIONS = """
    INSERT INTO orders_etarevision (order_id, kind, old_on, new_on, reason, note, at)
    SELECT promise.order_id, 'told', promise.told_on, plan.eta_p50, plan.reason, 'Told before today', %(now)s
    FROM orders_orderpromise promise
    JOIN orders_orderplan plan ON plan.order_id = promise.order_id
    WHERE plan.eta_p50 IS NOT NULL AND plan.eta_p50 <> promise.told_on
"""
_PROMISES = """
    UPDATE orders_orderpromise promise
    SET announced_on = plan.eta_p50, told_on = plan.eta_p50, told_at = %(now)s,
        told_kind = CASE WHEN plan.eta_p50 > promise.promised_on THEN 'orders.eta_slipped'
            ELSE 'orders.eta_improved' END
    FROM orders_orderplan plan
    WHERE plan.order_id = promise.order_id AND plan.eta_p50 IS NOT NULL AND plan.eta_p50 <> promise.told_on
"""


@entry_verb
def settle_promises(now: datetime) -> None:
    """Make the plan's date the told date of every order, and mark the facts of loading as dispatched."""
    with connection.cursor() as cursor:
        cursor.execute(_REVISIONS, {"now": now})
        cursor.execute(_PROMISES, {"now": now})
    Fact.objects.filter(state=FactState.PENDING).update(state=FactState.DISPATCHED)
