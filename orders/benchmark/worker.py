"""A worker of the benchmark as a process of its own. It begins without Django, so nothing here may import a model."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from time import perf_counter
from typing import Any

from django.utils import timezone

from orders.benchmark.beside import beside


def work(database: str, place: int, schedule: Sequence[int], together: Barrier, ends: Any) -> None:
    """Plan what is due in each round that has a place for this worker; sit the others out."""
    with beside(database, together):
        from orders.replanning.queue import plan_due_marks  # needs models, which exist from here on

        for workers in schedule:
            together.wait()
            if place < workers:
                while plan_due_marks(timezone.now):
                    pass
                ends.put(perf_counter())
            together.wait()
