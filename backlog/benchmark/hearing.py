"""Hear what the product announces to open pages, so that nothing is waited for by looking again and again."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from time import monotonic

from django.db import connection
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from kernel.live import CHANNEL

_AT_MOST_S = 1.0  # between two questions: what changes nothing is not announced
Wait = Callable[[Callable[[], bool]], bool]


@contextmanager
def announcements(patience_s: float) -> Iterator[Wait]:
    """Yield what waits until a condition holds, and says False where it does not within ``patience_s``.

    It is asked at once, after each announcement from here on, and once a second.
    """
    wrapper = connection.copy()
    with closing(wrapper.get_new_connection(wrapper.get_connection_params())) as ear:
        ear.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with ear.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")

        def until(holds: Callable[[], bool]) -> bool:
            deadline = monotonic() + patience_s
            while not holds():
                left = deadline - monotonic()
                if left <= 0:
                    return False
                select.select([ear], [], [], min(left, _AT_MOST_S))
                ear.poll()
                ear.notifies.clear()
            return True

        yield until
