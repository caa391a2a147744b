"""Emptying the database after a test that commits: only what holds rows, and nothing that every test needs.

Django's flush truncates every table with its indexes, then makes all content types, permissions and roles anew: twenty
times as slow here. Deleting without triggers also passes the ones that guard append-only tables; it takes a superuser.
"""

from __future__ import annotations

from functools import cache

from django.db import connection

# Written by migrations and after them, and by no test.
KEPT = {"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}


def empty_database() -> None:
    """Delete every row of every table but for what is ``KEPT``; two statements, and one a table that holds any."""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in _tables())
        )
        filled = [table for (table,) in cursor.fetchall()]
        deletes = "".join(f'DELETE FROM "{table}"; ' for table in filled)
        cursor.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletes} COMMIT")


@cache
def _tables() -> list[str]:
    return sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)
