"""Running callables at the same moment, each in a thread with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection

from kernel.errors import DomainError

PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one call: a value, or the refusal. Any other exception fails the test."""

    value: Any = None
    refusal: DomainError | None = None


def race(calls: Sequence[Callable[[], Any]]) -> list[Result]:
    """Start all calls together, each on a fresh connection; return their results in the order of ``calls``."""
    barrier = threading.Barrier(len(calls), timeout=PATIENCE_S)
    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        futures = [pool.submit(_run, call, barrier) for call in calls]
        return [future.result(timeout=PATIENCE_S) for future in futures]


def race_same(times: int, call: Callable[..., Any], *args: Any, **kwargs: Any) -> list[Result]:
    """Race one call against itself."""
    return race([partial(call, *args, **kwargs)] * times)


def granted(results: Sequence[Result]) -> int:
    """Count the calls that were not refused."""
    return sum(result.refusal is None for result in results)


def _run(call: Callable[[], Any], barrier: threading.Barrier) -> Result:
    try:
        connection.ensure_connection()
        barrier.wait()
        return Result(value=call())
    except DomainError as refusal:
        return Result(refusal=refusal)
    finally:
        connection.close()
