"""Reads of one snapshot that two connections share: each is done by whichever is free first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeVar

from django.db import connection, transaction

from orders.replanning.side_by_side import LONG, beside, has_second_connection
from orders.replanning.snapshot import READ_ONLY

Result = TypeVar("Result")
Begin = Callable[[Callable[[], Result]], Callable[[], Result]]


@dataclass(frozen=True, slots=True)
class Reads:
    """Each begins a read and returns what waits for its result, or raises its error; ``begin_later`` one that may wait.

    Whoever waits for a result does others meanwhile, but none that may wait: that may be long.
    """

    begin: Begin[Any]
    begin_later: Begin[Any]


@contextmanager
def shared_reads(*, table: str) -> Iterator[Reads]:
    """Inside ``snapshot``, yield what begins reads of it.

    What has no answer yet when the block ends is left to the second connection. Where there is none and the ``table``
    is short, and within a caller's transaction, each read is done when its answer is first wanted, at the latest then.
    """
    name = _export(table)
    if name is None:
        begun: list[Callable[[], Any]] = []

        def begin(read: Callable[[], Any]) -> Callable[[], Any]:
            begun.append(cache(read))
            return begun[-1]

        yield Reads(begin, begin)
        for read in begun:
            read()
        return
    with beside() as others:
        shared = _Shared(others, name)
        try:
            yield Reads(shared.begin, shared.begin_later)
        except BaseException:
            shared.give_up()
            raise
        finally:
            shared.close()


def _export(table: str) -> str | None:
    """Return the name under which another connection can join this snapshot, None where that is not worth it."""
    if connection.savepoint_ids:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN reltuples >= %s THEN pg_export_snapshot() END FROM pg_class WHERE oid = %s::regclass",
            [-1 if has_second_connection() else LONG, table],
        )
        return str(name) if (name := cursor.fetchone()[0]) else None


class _Read:
    """One read. ``left`` is the second connection's; it is cancelled where this connection takes the read over."""

    def __init__(self, read: Callable[[], Any], left: Future[Any]) -> None:
        self.left = left
        self._read, self._found = read, None

    def take_over(self) -> bool:
        """Do it here, unless it has begun there or is done; return whether."""
        if self.left.cancelled() or not self.left.cancel():
            return False
        self._found = self._read()
        return True

    def result(self) -> Any:
        return self._found if self.left.cancelled() else self.left.result()


class _Shared:
    """Reads in the order they are begun; the second connection does them one by one."""

    def __init__(self, others: ThreadPoolExecutor, name: str) -> None:
        self._others, self._name = others, name
        self._transaction = transaction.atomic()
        self._reads: list[_Read] = []
        self._later: list[_Read] = []
        self._is_open = True
        self._joining = others.submit(self._join)

    def begin(self, read: Callable[[], Any]) -> Callable[[], Any]:
        return self._begin(read, self._reads)

    def begin_later(self, read: Callable[[], Any]) -> Callable[[], Any]:
        return self._begin(read, self._later)

    def give_up(self) -> None:
        """Have nothing more read."""
        for each in (*self._reads, *self._later):
            each.left.cancel()

    def close(self) -> None:
        """Take no more reads over; the snapshot may go once the second connection has joined it."""
        self._is_open = False
        self._others.submit(self._leave)
        self._joining.result()

    def _begin(self, read: Callable[[], Any], reads: list[_Read]) -> Callable[[], Any]:
        reads.append(_Read(read, self._others.submit(self._beside, read)))
        return partial(self._answer, reads[-1])

    def _answer(self, wanted: _Read) -> Any:
        if self._is_open:
            wanted.take_over()
            while not wanted.left.done() and any(each.take_over() for each in self._reads):
                pass
        return wanted.result()

    def _join(self) -> None:
        self._transaction.__enter__()
        with connection.cursor() as cursor:
            cursor.execute(f"{READ_ONLY}; SET TRANSACTION SNAPSHOT %s", [self._name])

    def _beside(self, read: Callable[[], Any]) -> Any:
        self._joining.result()  # without the snapshot it would see another state
        return read()

    def _leave(self) -> None:
        if connection.in_atomic_block:
            self._transaction.__exit__(None, None, None)
