"""Several reads that see one state of the database, one after the other or on two connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import wait
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection, transaction

from orders.replanning.prepared import USE_PREPARED
from orders.replanning.side_by_side import LONG, beside, has_second_connection

_READ_ONLY = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

Result = TypeVar("Result")


@contextmanager
def snapshot(question: str = "SELECT", params: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """Read one state, without locks and without writing; in a caller's transaction its isolation level holds.

    Yields the one row that answers a ``question``, which travels with the opening.
    """
    opening = "" if connection.in_atomic_block else f"{_READ_ONLY}; {USE_PREPARED}; "
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(opening + question, params)
            answer = cursor.fetchone()
        yield answer


@contextmanager
def read_beside(read: Callable[[], Result], *, table: str) -> Iterator[Callable[[], Result]]:
    """Begin to ``read`` the same state on the second connection; yield what waits for the result and returns it.

    For the whole of a ``table``, inside ``snapshot``. A short one is read here and now where no second connection is
    there yet, and so is anything within a caller's transaction.
    """
    name = _export(table)
    if name is None:
        found = read()
        yield lambda: found
        return
    with beside() as others:
        reading = others.submit(_read, name, read)
        try:
            yield reading.result
        finally:
            wait([reading])


def _export(table: str) -> str | None:
    """Return the name under which another connection can join this snapshot, None where that is not worth it."""
    if connection.savepoint_ids:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN reltuples >= %s THEN pg_export_snapshot() END FROM pg_class WHERE oid = %s::regclass",
            [0 if has_second_connection() else LONG, table],
        )
        return str(name) if (name := cursor.fetchone()[0]) else None


def _read(name: str, read: Callable[[], Result]) -> Result:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"{_READ_ONLY}; SET TRANSACTION SNAPSHOT %s", [name])
        return read()
