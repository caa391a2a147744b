"""Seconds of the clock and of the processor, the database's included."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from django.db import connection

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USED = 1, slice(11, 13)  # of /proc/PID/stat behind the name: parent, user and system time
_USED_BY_ENDED_CHILDREN = slice(13, 15)


@dataclass(slots=True)
class Spent:
    """``processor_s`` is this process and all of PostgreSQL; None where its processes are not ours to see."""

    seconds: float = 0.0
    processor_s: float | None = None

    def add(self, other: Spent) -> None:
        """Add another stretch."""
        self.seconds += other.seconds
        if self.processor_s is not None:
            self.processor_s = None if other.processor_s is None else self.processor_s + other.processor_s


@contextmanager
def spending() -> Iterator[Spent]:
    """Measure what happens inside. PostgreSQL counts as a whole, so nothing else should be going on in it."""
    spent, server, own, started = Spent(), _server_seconds(), process_time(), perf_counter()
    yield spent
    spent.seconds = perf_counter() - started
    server_now = _server_seconds()
    if server is not None and server_now is not None:
        spent.processor_s = process_time() - own + server_now - server


def _server_seconds() -> float | None:
    """Return the processor seconds of the server and of its processes, those that have ended too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        if not Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"postgres"):
            return None  # another machine's, or in a container of its own
        server = _stat(str(pid))[_PARENT]
        ticks = sum(map(int, _stat(server)[_USED] + _stat(server)[_USED_BY_ENDED_CHILDREN]))
        for process in Path("/proc").glob("[0-9]*"):
            try:
                of_process = _stat(process.name)
            except OSError:
                continue  # it has ended meanwhile
            if of_process[_PARENT] == server:
                ticks += sum(map(int, of_process[_USED]))
    except OSError:
        return None
    return ticks / _TICKS


def _stat(pid: str) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
