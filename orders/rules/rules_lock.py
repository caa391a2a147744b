"""One at a time: whoever gives out version numbers, switches the rules in force, or changes the guard on them."""

from __future__ import annotations

from django.db import connection

_LOCK = 7_301  # advisory, until commit; taken before the row of any policy or run


def lock_rules() -> None:
    """Wait for others who change which rules are in force, and keep them out until commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
