"""Several connections at one job: what shares nothing is done side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

from django.db import connection

# PostgreSQL works on one statement a connection at a time and does nine tenths of the writing, so that two connections
# keep two of its processes busy while this one encodes what comes next. More gain little: they share one log.
WRITERS = 2

Item = TypeVar("Item")
Result = TypeVar("Result")


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

    def work_through_and_hang_up() -> list[Result]:
        try:
            return work_through()
        finally:
            connection.close()  # this thread's own

    with ThreadPoolExecutor(WRITERS - 1, thread_name_prefix="plan-writer") as pool:
        others = [pool.submit(work_through_and_hang_up) for _ in range(WRITERS - 1)]
        results = work_through()
    return sum((other.result() for other in others), results)


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
