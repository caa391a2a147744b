"""A sender of messages as a process of its own. It begins without Django, so nothing here may import a model."""

from __future__ import annotations

from multiprocessing.synchronize import Barrier
from time import perf_counter
from typing import Any

from django.utils import timezone

from orders.benchmark.beside import beside


def send_all(database: str, together: Barrier, ends: Any) -> None:
    """Send what is due until nothing is, together with the other senders; put the moment of the end into ``ends``."""
    try:
        with beside(database, together):
            from notifications.delivering.sending import send_due  # needs models, which exist from here on

            together.wait()
            while send_due(now=timezone.now()):
                pass
    finally:
        ends.put(perf_counter())
