"""A worker of the benchmark as a process of its own. It begins without Django, so nothing here may import a model."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from time import perf_counter
from typing import Any

import django
from django.db import connection
from django.utils import timezone


def work(database: str, place: int, schedule: Sequence[int], together: Barrier, ends: Any) -> None:
    """Plan what is due in each round that has a place for this worker; sit the others out."""
    django.setup()
    from orders.replanning.queue import plan_due_marks  # needs models, which exist from here on

    connection.settings_dict["NAME"] = database
    try:
        connection.ensure_connection()
        for workers in schedule:
            together.wait()
            if place < workers:
                while plan_due_marks(timezone.now):
                    pass
                ends.put(perf_counter())
            together.wait()
    except BaseException:
        together.abort()  # the others need not wait for one that is gone
        raise
