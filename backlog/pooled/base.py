"""Connections that the next request takes over.

Under ASGI each request has a thread of its own, and Django keeps connections by thread. A new one costs PostgreSQL a
process that knows no table yet: half the time of a page. Django's own pool needs psycopg 3.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import psycopg2
from django.db.backends.postgresql import base
from psycopg2.extensions import (
    ISOLATION_LEVEL_READ_COMMITTED,
    TRANSACTION_STATUS_IDLE,
    TRANSACTION_STATUS_UNKNOWN,
    connection,
)

MOST_IDLE = 10  # what is beyond ends with its request, so that a rush leaves no crowd behind

_idle: deque[connection] = deque()  # its append and pop are atomic


class DatabaseWrapper(base.DatabaseWrapper):
    """Closing puts a sound connection back, and connecting takes the one that was put back last."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> connection:
        kept = _take()
        if kept is None:
            return super().get_new_connection(conn_params)
        self.isolation_level = ISOLATION_LEVEL_READ_COMMITTED
        return kept

    def _close(self) -> None:
        ended: connection | None = self.connection
        if ended is None:
            return
        self.connection = None
        _put(ended)


def close_idle() -> None:
    """Close what nobody uses."""
    while _idle:
        _idle.pop().close()


def _take() -> connection | None:
    """Return the connection that was used last and still answers; None when there is none."""
    while _idle:
        kept = _idle.pop()
        try:
            with kept.cursor() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.Error:
            kept.close()
        else:
            return kept
    return None


def _put(ended: connection) -> None:
    """Keep a connection, without what was not committed; one that is broken, or one too many, ends."""
    try:
        if ended.info.transaction_status not in (TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_UNKNOWN):
            ended.rollback()
        ended.autocommit = True  # else the question whether it still answers would begin a transaction
    except psycopg2.Error:
        ended.close()
    if ended.closed or len(_idle) >= MOST_IDLE:
        ended.close()
    else:
        _idle.append(ended)
