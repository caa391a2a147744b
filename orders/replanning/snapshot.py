"""Several reads that see one state of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from orders.replanning.prepared import USE_PREPARED

READ_ONLY = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


@contextmanager
def snapshot(question: str = "SELECT", params: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """Read one state, without locks and without writing; in a caller's transaction its isolation level holds.

    Yields the one row that answers a ``question``, which travels with the opening.
    """
    opening = "" if connection.in_atomic_block else f"{READ_ONLY}; {USE_PREPARED}; "
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(opening + question, params)
            answer = cursor.fetchone()
        yield answer
