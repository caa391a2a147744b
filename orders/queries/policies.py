"""Reads for the page of priority rules: versions, who did what, and values that rules may name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet

from orders.models import PlanRun, PlanRunKind, Policy, PolicyStatus

MOST_VALUES = 40  # more than that are typed, not chosen
_KEPT_SECONDS = 60
_QUERIES = {
    "customer.zone": "SELECT DISTINCT zone FROM orders_customer WHERE zone > '' ORDER BY 1 LIMIT %s",
    "product.category": "SELECT DISTINCT category FROM inventory_product WHERE category > '' ORDER BY 1 LIMIT %s",
    # From value to value by the index of (channel, external_id), which knows only orders that have an external id.
    "order.channel": """
        WITH RECURSIVE found(value) AS (
            (SELECT min(channel) FROM orders_order WHERE external_id <> '')
            UNION ALL
            SELECT (SELECT min(channel) FROM orders_order WHERE external_id <> '' AND channel > found.value)
            FROM found WHERE found.value IS NOT NULL
        )
        SELECT value FROM found WHERE value IS NOT NULL LIMIT %s
    """,
}


def versions() -> QuerySet[Policy]:
    """Return all versions with the people of their history, the newest first."""
    people = ("created_by", "edited_by", "published_by", "submitted_by", "based_on")
    return Policy.objects.select_related(*people).order_by("-version")


def open_drafts() -> QuerySet[Policy]:
    """Return the drafts that wait to be finished, the last edited first."""
    return versions().filter(status=PolicyStatus.DRAFT).order_by("-edited_at", "-version")


def held_run(policy: Policy) -> PlanRun | None:
    """Return the newest full run that is to put a version in force, held or still under way; None if there is none."""
    return PlanRun.objects.filter(policy=policy, kind=PlanRunKind.FULL).order_by("-pk").first()


def known_values(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the values that occur for text attributes that have few; an attribute with many is left out.

    Kept for a minute. No query reads more than the customers, the products, or one entry of an index a channel.
    """
    found = {name: cache.get_or_set(f"policy-values:{name}", partial(_few, name), _KEPT_SECONDS) for name in names}
    return {name: values for name, values in found.items() if values}


def _few(name: str) -> list[str]:
    """Return the distinct values of a text attribute, [] where there are more than can be chosen from."""
    if name not in _QUERIES:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES[name], [MOST_VALUES + 1])
        values = [row[0] for row in cursor.fetchall()]
    return values if len(values) <= MOST_VALUES else []
