"""Empty tables filled aside: copies that get their rows first and their indexes after, and then take over at once.

Sorting all entries of an index together costs a quarter of adding them one by one (ADR 0010). The copies are in a
schema of their own, under the names of the tables, their indexes and constraints too, so that taking over renames
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

SCHEMA = "plan_aside"

_LOCK_TIMEOUT = "2s"  # everybody who wants to read waits behind us
# Ours to replace: empty, owned by this role, and its database lets us make a schema.
_IS_OURS = """
    SELECT has_database_privilege(current_database(), 'CREATE')
        AND bool_and(relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user))
    FROM pg_class WHERE oid = ANY(%s::regclass[])
"""
_INDEXES = """
    SELECT pg_get_indexdef(i.indexrelid), c.relnamespace::regnamespace::text, k.conname
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype = 'p'
    WHERE i.indrelid = %s::regclass ORDER BY i.indexrelid
"""
# All that a table is besides its rows. What hangs on it is counted by kind: a view, a trigger, a foreign key or a grant
# that the copy has not makes the two differ.
_ANATOMY = """
    SELECT c.relnamespace::regnamespace::text, jsonb_build_object(
        'table', jsonb_build_array(c.relowner, c.relacl, c.reloptions, c.reltablespace, c.relpersistence,
            c.relreplident, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
            obj_description(c.oid, 'pg_class')),
        'columns', (
            SELECT jsonb_agg(jsonb_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                a.attidentity, a.attgenerated, a.attstorage, a.attcompression, a.attcollation, a.attstattarget,
                a.attoptions, a.attacl, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum))
                ORDER BY a.attnum)
            FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        ),
        'constraints', (
            SELECT jsonb_agg(jsonb_build_array(k.conname, pg_get_constraintdef(k.oid)) ORDER BY k.conname)
            FROM pg_constraint k WHERE k.conrelid = c.oid
        ),
        'indexes', (
            SELECT jsonb_agg(jsonb_build_array(pg_get_indexdef(i.indexrelid), i.indisprimary, i.indisvalid,
                i.indisclustered, i.indisreplident) ORDER BY i.indexrelid::regclass::text)
            FROM pg_index i WHERE i.indrelid = c.oid
        ),
        'dependents', (
            SELECT jsonb_object_agg(kind, number) FROM (
                SELECT classid::regclass::text AS kind, count(*) AS number FROM pg_depend
                WHERE refclassid = 'pg_class'::regclass AND refobjid = c.oid GROUP BY 1
            ) d
        )
    )::text
    FROM pg_class c WHERE c.oid = %s::regclass
"""


def begin_aside(tables: Sequence[str]) -> bool:
    """Make an empty copy of each table, without indexes; return False where the tables hold rows or are not ours.

    One transaction of its own. Copies that an earlier run left behind go.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        drop_aside()
        cursor.execute(_IS_OURS, [list(tables)])
        if not cursor.fetchone()[0] or not _are_empty(cursor, tables):
            return False
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        for table in tables:
            cursor.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE {table} INCLUDING ALL EXCLUDING INDEXES)")
            cursor.execute("SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = %s::regclass", [table])
            [options] = cursor.fetchone()
            if options:
                cursor.execute(f"ALTER TABLE {SCHEMA}.{table} SET ({options})")
    return True


def index_aside(table: str) -> None:
    """Give the copy, now that it has its rows, the indexes of the table."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, [table])
        for definition, schema, primary_key in cursor.fetchall():
            cursor.execute(definition.replace(f" ON {schema}.{table} ", f" ON {SCHEMA}.{table} "))
            if primary_key:
                named = connection.ops.quote_name(primary_key)
                cursor.execute(f"ALTER TABLE {SCHEMA}.{table} ADD CONSTRAINT {named} PRIMARY KEY USING INDEX {named}")


def switch_in(tables: Sequence[str]) -> bool:
    """Let the copies take over, in the caller's transaction; return False, and change nothing, where they may not.

    They may while the tables are still empty and each copy is what its table is but for the rows. Waits for whoever
    reads the tables, at most two seconds (55P03), and keeps new readers waiting until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        if not _are_empty(cursor, tables) or not all(_is_alike(cursor, table) for table in tables):
            return False
        for table in tables:
            cursor.execute("SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = %s::regclass", [table])
            [schema] = cursor.fetchone()
            cursor.execute(f"DROP TABLE {table}; ALTER TABLE {SCHEMA}.{table} SET SCHEMA {schema}")
        cursor.execute(f"DROP SCHEMA {SCHEMA}")
    return True


def drop_aside() -> None:
    """Drop the copies, if there are any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [SCHEMA])
        if cursor.fetchone()[0]:
            cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


def _are_empty(cursor: Any, tables: Sequence[str]) -> bool:
    cursor.execute("SELECT " + " AND ".join(f"NOT EXISTS (SELECT FROM {table})" for table in tables))
    return bool(cursor.fetchone()[0])


def _is_alike(cursor: Any, table: str) -> bool:
    cursor.execute(_ANATOMY, [table])
    schema, own = cursor.fetchone()
    cursor.execute(_ANATOMY, [f"{SCHEMA}.{table}"])
    _, copied = cursor.fetchone()
    return bool(own == copied.replace(f"{SCHEMA}.", f"{schema}."))
