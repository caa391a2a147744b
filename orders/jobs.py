"""What people ask for and a worker does later: simulations and studies. Kept for a while, done one at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Model, QuerySet

from kernel.errors import Conflict
from kernel.leases import MAX_ATTEMPTS, claim
from orders.models import SimulationStatus

J = TypeVar("J", bound=Model)
_UNFINISHED = (SimulationStatus.WAITING, SimulationStatus.RUNNING)


def refuse_crowd(jobs: QuerySet[J], *, most: int, name: str) -> None:
    """Raise Conflict while ``most`` wait or are at work already."""
    if jobs.filter(status__in=_UNFINISHED).count() >= most:
        raise Conflict(f"{most} {name} wait already. Try again when some are done.", code="too_many")


def take_next(jobs: QuerySet[J], *, now: datetime, lease: timedelta, advice: str) -> QuerySet[J] | None:
    """Claim the job that has waited longest; return what selects it for as long as the claim holds, None without one.

    Forgets jobs whose time is over, and gives up on those whose workers died too often, with ``advice`` to who asked.
    """
    jobs.filter(expires_at__lt=now).delete()
    unfinished = jobs.filter(status__in=_UNFINISHED)
    unfinished.filter(attempts__gte=MAX_ATTEMPTS, lease_until__lt=now).update(
        status=SimulationStatus.FAILED, finished_at=now, last_error=f"Its workers died. {advice}"
    )
    token, keys = claim(unfinished, now=now, lease=lease, limit=1)
    return jobs.filter(pk=keys[0], lease_token=token) if keys else None
