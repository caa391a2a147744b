"""Advisory locks of PostgreSQL, by name.

Numbers would have to be shared out over all apps; two modules that took the same one would wait for each other. A name
is hashed to 64 bits: give it the module's, and what is done by one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from kernel.transactions import require_transaction

_KEY = "hashtextextended(%s, 0)"


def lock_until_commit(name: str) -> None:
    """Wait for whoever holds ``name``, and keep others out until commit."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_KEY})", [name])


def let_others_wait() -> int:
    """Let others wait for the end of this transaction; return its number for ``is_committed``."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        number = int(cursor.fetchone()[0])
    lock_until_commit(_end_of(number))
    return number


def is_committed(number: int) -> bool:
    """Wait, in a transaction, for the end of one that lets others wait; return whether it came in force.

    PostgreSQL finds who waits for each other in a circle (40P01), as with any lock.
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock_shared({_KEY})", [_end_of(number)])
        cursor.execute("SELECT pg_xact_status(%s::text::xid8)", [number])
        return bool(cursor.fetchone()[0] == "committed")


def _end_of(number: int) -> str:
    return f"kernel.locks.end_of {number}"


@contextmanager
def session_lock(name: str, *, wait: bool = False) -> Iterator[bool]:
    """Hold ``name`` over many transactions; without ``wait``, yield False where another session holds it.

    PostgreSQL lets go of it when the process dies.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute(f"SELECT pg_advisory_lock({_KEY})", [name])
            is_ours = True
        else:
            cursor.execute(f"SELECT pg_try_advisory_lock({_KEY})", [name])
            is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock({_KEY})", [name])
