"""A second connection at one job: what shares nothing is done side by side."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import cache, partial
from threading import Lock
from typing import Generic, TypeVar

from django.db import connection

# PostgreSQL works on one statement a connection at a time and does nine tenths of the writing, so that two connections
# keep two of its processes busy while this one encodes what comes next. More gain little: they share one log.
WRITERS = 2

LONG = 50_000  # rows to read; for fewer, opening a second connection costs more than it saves; a kept one always pays

# A thread gets the interpreter within so many seconds. The usual 5 ms are a tenth of what planning 10,000 lines takes,
# and whoever reads rows beside wants it for every row.
_TURN_S = 0.0005

_kept: ContextVar[ThreadPoolExecutor | None] = ContextVar("second_connection", default=None)

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def second_connection() -> Iterator[None]:
    """Have one second connection for all that goes on inside; it opens while work begins.

    Within another such block, or in a caller's transaction, nothing changes; a process that keeps one uses that.
    """
    kept = _kept.get()
    if kept is not None:
        kept.submit(_connect)
    if connection.in_atomic_block or kept is not None:
        yield
        return
    with _opened() as others:
        token = _kept.set(others)
        try:
            yield
        finally:
            _kept.reset(token)


def keep_second_connection() -> Token[ThreadPoolExecutor | None]:
    """Have one for all that is planned here from now on, as a worker does, which plans again and again.

    It opens when first used, and again when it is broken or as old as connections may become. Returns what undoes it.
    """
    return _kept.set(_executor())


@contextmanager
def beside() -> Iterator[ThreadPoolExecutor]:
    """Yield who works with the second connection, one thing at a time; where none is kept, with one for this job."""
    kept = _kept.get()
    if kept is not None:
        yield kept
        return
    with _opened() as others:
        yield others


def start(work: Callable[[], Result]) -> Callable[[], Result]:
    """Leave work to the second connection; return what waits for its result. Without one it is done when wanted."""
    kept = _kept.get()
    return cache(work) if kept is None else kept.submit(work).result


def has_second_connection() -> bool:
    """Tell whether a second connection is there already."""
    return _kept.get() is not None


def is_worth_it(table: str) -> bool:
    """Tell whether reading a whole table is work for two connections."""
    return has_second_connection() or is_long(table)


def is_long(table: str) -> bool:
    """Tell whether a table has LONG rows, as far as PostgreSQL knows without counting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples >= %s FROM pg_class WHERE oid = %s::regclass", [LONG, table])
        return bool(cursor.fetchone()[0])


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


@contextmanager
def _opened() -> Iterator[ThreadPoolExecutor]:
    with _executor() as others:
        others.submit(_connect)  # whoever uses it hears of what fails
        try:
            yield others
        finally:
            others.submit(_hang_up)


def _executor() -> ThreadPoolExecutor:
    take_turns = partial(sys.setswitchinterval, _TURN_S)
    return ThreadPoolExecutor(WRITERS - 1, thread_name_prefix="plan-beside", initializer=take_turns)


def _connect() -> None:
    connection.close_if_unusable_or_obsolete()  # this thread's own
    connection.ensure_connection()


def _hang_up() -> None:
    connection.close()


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
