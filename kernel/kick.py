"""Wake a worker after the commit, without ever needing the broker.

The rows are the queue (kernel.leases): a kick that is lost costs latency until beat's next tick, never a fact.
"""

from __future__ import annotations

import functools
import logging
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerError
from prometheus_client import Counter
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
LOST_KICKS = Counter("backlog_lost_kicks_total", "Wake-ups that the broker did not take", ["task"])
QUIET_SECONDS = 2.0

_quiet_until = 0.0


def kick(task: str) -> None:
    """Send ``task`` at commit; a broker that is down, frozen or full is counted, not raised.

    After a lost kick this process leaves the broker alone until beat's next tick: a frozen one costs a request its
    short timeout once, not once a kick.
    """
    transaction.on_commit(functools.partial(_send, task))


def _send(task: str) -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        LOST_KICKS.labels(task=task).inc()
        return
    try:
        current_app.send_task(task, retry=False)
    except (BrokerError, RedisError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        LOST_KICKS.labels(task=task).inc()
        log.warning("kick lost: %s (%s)", task, type(error).__name__)
