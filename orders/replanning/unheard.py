"""Orders whose plan names a day that is no news yet: weighed anew when the rules of what is news change.

A run weighs the orders of which it changes a line. Rules of writing change no line, so orders that they may concern are
marked for a run, which then weighs them too (docs/messages.md, When a plan is news).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from inventory.dirty import mark_dirty
from kernel.transactions import require_transaction
from notifications.models import Fact
from notifications.rules.news_rules import weigh_anew
from orders.dialogue.standing import IS_HELD_BACK
from orders.planning.types import Ints, Reason
from orders.replanning.bulk import copy_out
from orders.replanning.origins import WEIGHED
from orders.replanning.scope import Scope

AT_ONCE = 500  # orders marked in one transaction: each holds off planning of a product until it commits

_OTHER_DAY = f"""
    p.reason NOT IN ({int(Reason.READY)}, {int(Reason.FROZEN)}) AND p.eta_p50 IS NOT NULL
    AND CASE WHEN {IS_HELD_BACK.format(plan="p", promise="r")} THEN r.told_on ELSE p.eta_p50 END <> r.announced_on
"""
# One open line of each order is enough: the run that plans its product weighs the whole order.
_NEXT = f"""
    SELECT p.order_id, (
        SELECT min(product_id) FROM orders_orderline WHERE order_id = p.order_id AND open_qty > 0
    )
    FROM orders_orderplan p JOIN orders_orderpromise r ON r.order_id = p.order_id
    WHERE p.order_id > %(after)s AND {_OTHER_DAY} AND (%(customer)s = '' OR p.order_id IN (
        SELECT o.id FROM orders_order o JOIN orders_customer c ON c.id = o.customer_id
        WHERE c.code = %(customer)s AND o.status = 'open'
    ))
    ORDER BY p.order_id LIMIT {AT_ONCE}
"""


def load_unheard(scope: Scope) -> Ints:
    """Return the orders in scope whose plan names another day than the one announced last, ascending."""
    query = f"""
        SELECT p.order_id FROM orders_orderplan p JOIN orders_orderpromise r ON r.order_id = p.order_id
        WHERE {_OTHER_DAY} AND {scope.orders("p.order_id")} ORDER BY 1
    """
    return copy_out(query, scope.params, {"order_id": "int8"})["order_id"]


def mark_unheard(facts: Iterable[Fact]) -> None:
    """Listen to ``notifications.news_rules_changed``: have the orders weighed anew that the change may concern.

    Takes part in the dispatcher's transaction. Marks some orders at a time; the rest is a fact of its own, so that a
    worker that dies goes on where it was. Changes that travel together ask once.
    """
    require_transaction()
    starts: dict[str, int] = {}
    newest: datetime | None = None
    for fact in facts:
        customer, after = fact.payload["customer"], fact.payload["after"]
        starts[customer] = min(after, starts.get(customer, after))
        newest = max(fact.occurred_at, newest or fact.occurred_at)
    for customer, after in sorted(starts.items()):
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, {"customer": customer, "after": after})
            found = cursor.fetchall()
        mark_dirty((product for _, product in found if product), cause=WEIGHED)
        if len(found) == AT_ONCE and newest:
            weigh_anew(customer=customer, after=found[-1][0], now=newest)
