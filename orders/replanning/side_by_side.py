"""A second connection at one job: what shares nothing is done side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Generic, TypeVar

from django.db import connection

# PostgreSQL works on one statement a connection at a time and does nine tenths of the writing, so that two connections
# keep two of its processes busy while this one encodes what comes next. More gain little: they share one log.
WRITERS = 2

_LONG = 5_000  # rows; for fewer, a second connection costs more than it saves

_kept: ContextVar[ThreadPoolExecutor | None] = ContextVar("second_connection", default=None)

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def second_connection(*, table: str) -> Iterator[None]:
    """Have a second connection for all that goes on inside, if the ``table`` is long; it opens while work begins."""
    if connection.in_atomic_block or not _is_long(table):
        yield
        return
    with _opened() as others:
        token = _kept.set(others)
        try:
            yield
        finally:
            _kept.reset(token)


@contextmanager
def beside() -> Iterator[ThreadPoolExecutor]:
    """Yield who works with the second connection, one thing at a time; where none is kept, with one for this job."""
    kept = _kept.get()
    if kept is not None:
        yield kept
        return
    with _opened() as others:
        yield others


def has_second_connection() -> bool:
    """Tell whether a second connection is there already."""
    return _kept.get() is not None


def side_by_side(items: Sequence[Item], work: Callable[[Item], Result]) -> list[Result]:
    """Do ``work`` on each item with WRITERS connections; in a caller's transaction with its own.

    Items are begun in order. The first error stops all writers after the item that each is at, and is raised. Returns
    the results in no order.
    """
    if len(items) < 2 or connection.in_atomic_block:
        return [work(item) for item in items]
    queue = _Queue(items)

    def work_through() -> list[Result]:
        try:
            return [work(item) for item in queue]
        finally:
            queue.close()  # it is empty, or an item failed

    with beside() as others:
        other = others.submit(work_through)
        try:
            results = work_through()
        finally:
            wait([other])
    return results + other.result()


def _is_long(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples >= %s FROM pg_class WHERE oid = %s::regclass", [_LONG, table])
        return bool(cursor.fetchone()[0])


@contextmanager
def _opened() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(WRITERS - 1, thread_name_prefix="plan-beside") as others:
        others.submit(connection.ensure_connection)  # the thread's own; whoever uses it hears of what fails
        try:
            yield others
        finally:
            others.submit(connection.close)


class _Queue(Generic[Item]):
    """Items handed out one at a time, to whoever asks next."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items, self._lock = iter(items), Lock()

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        with self._lock:
            return next(self._items)

    def close(self) -> None:
        """Hand out no more."""
        with self._lock:
            self._items = iter(())
