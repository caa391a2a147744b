"""Every counter computed again from the rows it counts: what must hold whenever no transaction is half done.

What planning copied for reading (line and order plans, pegs) may lag behind while a dirty mark asks for a new plan, so
those checks leave products and orders with a mark alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from notifications.integrity import message_drift
from orders.integrity_checks import CHECKS, UNPLANNED

MOST_ROWS = 100  # of one check; a broken counter tends to be broken everywhere


@dataclass(frozen=True, slots=True)
class Drift:
    """One row that does not add up: the rule, the row, and what was found against what was expected."""

    rule: str
    row: str
    detail: str


def check() -> list[Drift]:
    """Return all drift, at most 100 rows a rule, from one snapshot; empty when everything adds up.

    Reads every stock level, movement, line and plan row once per rule, and takes no locks.
    """
    found: list[Drift] = []
    with _snapshot(), connection.cursor() as cursor:
        for rule, query in CHECKS.items():
            cursor.execute(f"{query} LIMIT {MOST_ROWS}")
            found += [Drift(rule, str(row), str(detail)) for row, detail in cursor.fetchall()]
        found += [Drift("messages add up", what, detail) for what, detail in message_drift()]
    return found


def count_unplanned() -> int:
    """Return how many open lines have no plan yet and a mark that asks for one."""
    with connection.cursor() as cursor:
        cursor.execute(UNPLANNED)
        return int(cursor.fetchone()[0])


@contextmanager
def _snapshot() -> Iterator[None]:
    """See one state of the database throughout; inside a caller's transaction, that one's."""
    is_ours = not connection.in_atomic_block
    with transaction.atomic():
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
