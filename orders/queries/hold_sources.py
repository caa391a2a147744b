"""Rules of holds with how many open orders each matches, of which some are not held so yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from kernel.paging import KeyPage, SortKey, parse_int, take_page
from orders.models import HoldSource

MOST_COUNTED = 20_000  # as many as can be held at once
BY_AGE = (SortKey("pk", True, parse_int),)
# Each branch is asked for its own sources only, so that each goes by an index of its own; UNION counts an order once.
_COUNTS = """
    SELECT s.id, count(*), count(*) FILTER (WHERE NOT EXISTS (
        SELECT FROM orders_hold h WHERE h.order_id = found.id AND h.kind = s.kind AND h.released_at IS NULL
    ))
    FROM orders_holdsource s CROSS JOIN LATERAL (
        SELECT o.id FROM orders_order o
        WHERE s.product_id IS NULL AND o.customer_id = s.customer_id AND o.status = 'open'
        UNION
        SELECT o.id FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id AND o.status = 'open'
        WHERE l.product_id = s.product_id AND l.open_qty > 0
            AND (s.customer_id IS NULL OR o.customer_id = s.customer_id)
        LIMIT %s
    ) found
    WHERE s.id = ANY(%s)
    GROUP BY s.id
"""


@dataclass(frozen=True, slots=True)
class Matches:
    """Open orders that a source matches, and those of them that are not held so; both at most ``MOST_COUNTED`` + 1."""

    orders: int = 0
    not_held: int = 0


def hold_sources(text: str, *, after: str, before: str) -> KeyPage:
    """Return one page of sources that were not ended, the newest first; one query."""
    rows = HoldSource.objects.filter(ended_at=None).select_related("customer", "product", "created_by")
    if text:
        customer = Q(customer__code__iexact=text) | Q(customer__name__icontains=text)
        rows = rows.filter(customer | Q(product__sku__istartswith=text) | Q(product__name__icontains=text))
    return take_page(rows, BY_AGE, after=after, before=before)


def count_matches(sources: Sequence[HoldSource]) -> dict[int, Matches]:
    """Return by key what the sources match today; one query, none for no sources."""
    found = {source.pk: Matches() for source in sources}
    if found:
        with connection.cursor() as cursor:
            cursor.execute(_COUNTS, [MOST_COUNTED + 1, list(found)])
            found |= {key: Matches(orders, not_held) for key, orders, not_held in cursor.fetchall()}
    return found
