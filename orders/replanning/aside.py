"""Empty tables filled aside: copies that get their rows first and their indexes after, and then take over at once.

Sorting all entries of an index together costs a quarter of adding them one by one (ADR 0010). The copies are in a
schema of their own, under the names of the tables, their indexes and constraints too, so that taking over renames
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

SCHEMA = "plan_aside"

_LOCK_TIMEOUT = "2s"  # everybody who wants to read waits behind us
# Ours to replace: empty, owned by this role, and its database lets us make a schema.
_IS_OURS = """
    SELECT has_database_privilege(current_database(), 'CREATE')
        AND bool_and(relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)) {are_empty}
    FROM pg_class WHERE oid = ANY(%(tables)s::regclass[])
"""
_TABLES = """
    SELECT c.relname, array_to_string(c.reloptions, ', '), ARRAY(
        SELECT ARRAY[pg_get_indexdef(i.indexrelid), c.relnamespace::regnamespace::text, k.conname]
        FROM pg_index i LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype = 'p'
        WHERE i.indrelid = c.oid ORDER BY i.indexrelid
    )
    FROM pg_class c WHERE c.oid = ANY(%(tables)s::regclass[])
"""
# All that a table is besides its rows. What hangs on it is counted by kind: a view, a trigger, a foreign key or a grant
# that the copy has not makes the two differ.
_ANATOMY = """
    SELECT c.relname, c.relnamespace::regnamespace::text, jsonb_build_object(
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
    FROM pg_class c WHERE c.oid = ANY(%s::regclass[])
"""

Indexing = dict[str, str]  # per table the statements that index its copy


@dataclass(frozen=True, slots=True)
class Aside:
    """How to make empty copies of some tables, without indexes, and to index them once they have their rows."""

    making: str
    indexing: Indexing


def plan_aside(tables: Sequence[str]) -> Aside | None:
    """Return how to make copies of these tables; None where they hold rows or are not ours."""
    with connection.cursor() as cursor:
        named = {"tables": list(tables)}
        cursor.execute(_IS_OURS.format(are_empty=f"AND {_are_empty(tables)}"), named)
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(_TABLES, named)
        found = {table: (options, indexes) for table, options, indexes in cursor.fetchall()}
    making = [f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}"]
    for table in tables:
        making.append(f"CREATE TABLE {SCHEMA}.{table} (LIKE {table} INCLUDING ALL EXCLUDING INDEXES)")
        if options := found[table][0]:
            making.append(f"ALTER TABLE {SCHEMA}.{table} SET ({options})")
    indexing = {table: "; ".join(_indexing(table, indexes)) for table, (_, indexes) in found.items()}
    return Aside("; ".join(making), indexing)


def make_aside(aside: Aside) -> Indexing:
    """Make the copies; those that an earlier run left behind go. Returns how to index them.

    Outside a transaction: as one statement, for a thread that hardly gets the interpreter, it is one by itself.
    """
    with connection.cursor() as cursor:
        cursor.execute(aside.making)
    return aside.indexing


def _indexing(table: str, indexes: Sequence[tuple[str, str, str | None]]) -> Iterator[str]:
    for definition, schema, primary_key in indexes:
        yield definition.replace(f" ON {schema}.{table} ", f" ON {SCHEMA}.{table} ")
        if primary_key:
            named = connection.ops.quote_name(primary_key)
            yield f"ALTER TABLE {SCHEMA}.{table} ADD CONSTRAINT {named} PRIMARY KEY USING INDEX {named}"


def switch_in(tables: Sequence[str]) -> bool:
    """Let the copies take over, in the caller's transaction; return False, and change nothing, where they may not.

    They may while the tables are still empty and each copy is what its table is but for the rows. Waits for whoever
    reads the tables, at most two seconds (55P03), and keeps new readers waiting until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'; LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"
        )
        cursor.execute(f"SELECT {_are_empty(tables)}")
        if not cursor.fetchone()[0]:
            return False
        schemas = _schemas_of_alike(cursor, tables)
        if len(schemas) < len(tables):
            return False
        taking_over = [
            f"DROP TABLE {table}; ALTER TABLE {SCHEMA}.{table} SET SCHEMA {schemas[table]}" for table in tables
        ]
        cursor.execute("; ".join([*taking_over, f"DROP SCHEMA {SCHEMA}"]))
    return True


def drop_aside() -> None:
    """Drop the copies, if there are any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [SCHEMA])
        if cursor.fetchone()[0]:
            cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


def _are_empty(tables: Sequence[str]) -> str:
    return " AND ".join(f"NOT EXISTS (SELECT FROM {table})" for table in tables)


def _schemas_of_alike(cursor: Any, tables: Sequence[str]) -> dict[str, str]:
    """Return the schema of each table whose copy is what it is but for the rows."""
    cursor.execute(_ANATOMY, [[*tables, *(f"{SCHEMA}.{table}" for table in tables)]])
    found = cursor.fetchall()
    copied = {table: anatomy for table, schema, anatomy in found if schema == SCHEMA}
    return {
        table: schema
        for table, schema, anatomy in found
        if schema != SCHEMA and anatomy == copied[table].replace(f"{SCHEMA}.", f"{schema}.")
    }
