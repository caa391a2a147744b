"""Which products a change reaches: the connected components around them, found in the database."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

# The walk goes through orders that are served as one only (planning.components says why); held ones take nothing and
# so link nothing. UNION drops what was reached before, which ends the walk.
_CLOSURE = """
    WITH RECURSIVE reached (product_id) AS (
        SELECT unnest(%(products)s::bigint[])
        UNION
        SELECT other.product_id
        FROM reached
        JOIN orders_orderline mine ON mine.product_id = reached.product_id AND mine.open_qty > 0
        JOIN orders_order o ON o.id = mine.order_id AND o.status = 'open'
            AND (o.ship_policy <> 'partial' OR o.id IN (SELECT order_id FROM orders_orderterms))
        JOIN orders_orderline other ON other.order_id = o.id AND other.open_qty > 0
        WHERE NOT EXISTS (SELECT FROM orders_hold h WHERE h.order_id = o.id AND h.released_at IS NULL)
    )
    SELECT product_id FROM reached ORDER BY product_id
"""


def close_over(product_ids: Collection[int]) -> list[int]:
    """Return the products and all that must be planned with them, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSURE, {"products": list(product_ids)})
        return [row[0] for row in cursor.fetchall()]
