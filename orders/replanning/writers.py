"""Who writes a draft's chunks: this connection, one after the other, or for a long full run several side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from threading import Lock

from django.db import connection

from orders.models import PlanRun
from orders.replanning.chunks import Chunk, Written, split, write_chunk
from orders.replanning.draft import Draft

# PostgreSQL works on one statement a connection at a time and does nine tenths of the writing, so that two connections
# keep two of its processes busy while this one encodes what comes next. More gain little: they share one log.
WRITERS = 2


def write_draft(draft: Draft, run: PlanRun, *, version: int, quiet: bool, now: datetime) -> Written:
    """Write the draft, chunk by chunk, and return what was written and what was left out (``chunks.write_chunk``).

    Chunks of one stage share no pool and no order's bucket, and are written side by side, each by its own
    connection; the next stage begins when all of them are committed. Within a caller's transaction one
    connection writes all.
    """
    written = Written()
    write = partial(write_chunk, draft, run=run, version=version, quiet=quiet, now=now)
    for stage in split(draft):
        side_by_side = len(stage) > 1 and not connection.in_atomic_block
        for part in _side_by_side(stage, write) if side_by_side else map(write, stage):
            written.rows.update(part.rows)
            written.skipped += part.skipped
    return written


def _side_by_side(chunks: Sequence[Chunk], write: Callable[[Chunk], Written]) -> list[Written]:
    """Write chunks with WRITERS connections; the first error stops them all after the chunk that each is at."""
    queue = _Queue(chunks)

    def work() -> list[Written]:
        try:
            return [write(chunk) for chunk in queue]
        except BaseException:
            queue.close()
            raise

    def work_and_hang_up() -> list[Written]:
        try:
            return work()
        finally:
            connection.close()  # this thread's own

    with ThreadPoolExecutor(WRITERS - 1, thread_name_prefix="plan-writer") as pool:
        others = [pool.submit(work_and_hang_up) for _ in range(WRITERS - 1)]
        parts = work()
    return sum((other.result() for other in others), parts)


class _Queue:
    """Chunks handed out one at a time, to whoever asks next."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._chunks, self._lock = iter(chunks), Lock()

    def __iter__(self) -> Iterator[Chunk]:
        return self

    def __next__(self) -> Chunk:
        with self._lock:
            return next(self._chunks)

    def close(self) -> None:
        """Hand out no more."""
        with self._lock:
            self._chunks = iter(())
