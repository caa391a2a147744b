"""What has to be true for this system to do its work, each as one small check."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import connection
from django.db.models import Count, Min, Q
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from backlog.health.models import WorkerHeartbeat
from inventory.models import DirtyMark
from notifications.models import Fact, FactState

NEEDED_QUEUES = ("plan", "mail", "default")
WORKER_STALE_SECONDS = 30
UNPLANNED_STALE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Check:
    is_ok: bool
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"ok": self.is_ok, **self.facts}


def check_database() -> Check:
    """Ask the database for one row. Raises django.db.Error when it is away."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Check(True, {"ms": round((time.perf_counter() - started) * 1000, 1)})


def check_broker() -> Check:
    """Connect and ping, within the broker's short timeouts."""
    started = time.perf_counter()
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=1, reraise_as_library_errors=True)
    except (BrokerError, RedisError, OSError) as error:
        return Check(False, {"error": type(error).__name__})
    return Check(True, {"ms": round((time.perf_counter() - started) * 1000, 1)})


def check_worker(now: datetime) -> Check:
    """See whether every queue that work depends on has a worker that is alive and connected."""
    seen: dict[str, datetime] = {}
    for queues, seen_at in WorkerHeartbeat.objects.values_list("queues", "seen_at"):
        for queue in queues:
            seen[queue] = max(seen_at, seen.get(queue, seen_at))
    ages = {queue: seconds_since(seen.get(queue), now) for queue in NEEDED_QUEUES}
    return Check(
        all(age is not None and age <= WORKER_STALE_SECONDS for age in ages.values()), {"last_seen_seconds": ages}
    )


def check_planning(now: datetime) -> Check:
    """See whether changes get planned: how many wait, and how long the oldest has."""
    marks = unplanned_changes()
    age = seconds_since(marks["oldest"], now)
    return Check(
        age is None or age <= UNPLANNED_STALE_SECONDS,
        {"unplanned_changes": marks["waiting"], "oldest_seconds": age, "quarantined": marks["quarantined"]},
    )


def check_facts() -> Check:
    """Count facts that nobody could take in: somebody has to look, everything else goes on."""
    return Check(True, {"quarantined": Fact.objects.filter(state=FactState.QUARANTINED).count()})


def unplanned_changes() -> dict[str, Any]:
    """Count changes not planned yet: ``waiting``, ``quarantined``, and when the ``oldest`` waiting one came."""
    is_waiting = Q(is_quarantined=False)
    return DirtyMark.objects.aggregate(
        waiting=Count("id", filter=is_waiting),
        quarantined=Count("id", filter=~is_waiting),
        oldest=Min("created_at", filter=is_waiting),
    )


def seconds_since(moment: datetime | None, now: datetime) -> float | None:
    """Return how long ago ``moment`` was; a clock that runs ahead counts as just now."""
    return None if moment is None else max(0.0, round((now - moment).total_seconds(), 1))
