"""A worker's sign of life, kept in PostgreSQL.

Celery's own heart beats in the worker's main process, so a worker that is busy with a long run still beats, and one
that lost the broker does not. Whether work is also being done is the other half: the oldest unplanned change.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import DatabaseError, connection
from django.utils import timezone

from backlog.health.models import WorkerHeartbeat

log = logging.getLogger(__name__)

WRITE_EVERY_SECONDS = 5.0
FORGET_AFTER = timedelta(days=1)

_last_write = 0.0


def note_heartbeat(sender: Any, **_: Any) -> None:
    """Write this worker's row, at most every few seconds; a database that is away is logged, not raised."""
    global _last_write
    if time.monotonic() - _last_write < WRITE_EVERY_SECONDS:
        return
    _last_write = time.monotonic()
    now = timezone.now()
    try:
        WorkerHeartbeat.objects.update_or_create(
            name=sender.eventer.hostname,
            defaults={"seen_at": now, "queues": sorted(current_app.amqp.queues.consume_from)},
        )
        WorkerHeartbeat.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()
    except DatabaseError as error:
        log.warning("heartbeat not written (%s)", type(error).__name__)
    finally:
        # Children are forked from this process: they must not inherit an open connection.
        connection.close()
