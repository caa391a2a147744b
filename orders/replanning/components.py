"""Which products a change reaches: the connected components around them, found in the database."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from orders.replanning.prepared import FEW, execute
from orders.replanning.scope import Scope

# The walk goes through orders that are served as one only (planning.components says why); held ones take nothing and
# so link nothing. UNION drops what was reached before, which ends the walk. OFFSET 0 has each product's lines and each
# line's order looked up: left alone, PostgreSQL reads the whole backlog every round, from a few hundred products on.
_CLOSURE = """
    WITH RECURSIVE reached (product_id) AS (
        SELECT unnest(%(products)s::bigint[])
        UNION
        SELECT other.product_id
        FROM reached
        CROSS JOIN LATERAL (
            SELECT order_id FROM orders_orderline WHERE product_id = reached.product_id AND open_qty > 0 OFFSET 0
        ) mine
        CROSS JOIN LATERAL (
            SELECT id FROM orders_order o
            WHERE id = mine.order_id AND status = 'open'
                AND (ship_policy <> 'partial'
                    OR EXISTS (SELECT FROM orders_orderterms t WHERE t.order_id = o.id OFFSET 0))
                AND NOT EXISTS (SELECT FROM orders_hold h WHERE h.order_id = o.id AND h.released_at IS NULL)
            OFFSET 0
        ) linking
        CROSS JOIN LATERAL (
            SELECT product_id FROM orders_orderline WHERE order_id = linking.id AND open_qty > 0 OFFSET 0
        ) other
    )
    SELECT ARRAY(SELECT product_id FROM reached ORDER BY product_id), (
        SELECT count(*) FROM (
            SELECT FROM orders_orderline JOIN reached USING (product_id) WHERE open_qty > 0 LIMIT %(enough)s::int
        ) lines
    )
"""


def close_over(product_ids: Collection[int]) -> Scope:
    """Return the products, and all that must be planned with them, ascending, as what a run plans."""
    with connection.cursor() as cursor:
        execute(cursor, _CLOSURE, {"products": list(product_ids), "enough": FEW + 1})
        reached, lines = cursor.fetchone()
    return Scope(tuple(reached), is_few=lines <= FEW)
