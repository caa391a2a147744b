"""Jobs on many orders in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.dateparse import parse_date

from orders.bulk.actions import ACTIONS
from orders.models import BulkAction, BulkJob, BulkJobStatus, HoldKind

SHOWN_FOR = timedelta(minutes=10)
SHOWN = 2


@dataclass(frozen=True, slots=True)
class Described:
    """A job, what it does or did in words, and whether it can be undone."""

    job: BulkJob
    did: str
    how: str
    can_undo: bool
    lasting: str

    @property
    def left_out(self) -> int:
        """Orders that a stopped job has not come to."""
        return 0 if self.job.is_running else self.job.total - self.job.done - self.job.failed


def recent_jobs(user: Any, *, now: datetime) -> list[Described]:
    """Return what this person's board shows: jobs under way, and the last that ended (one query)."""
    recent = Q(status=BulkJobStatus.RUNNING) | Q(finished_at__gte=now - SHOWN_FOR)
    jobs = BulkJob.objects.filter(recent, actor_id=user.pk).select_related("undone_by", "undoes").order_by("-pk")
    found = [job for job in jobs[: SHOWN + 1] if not hasattr(job, "undone_by")]
    return [described(job) for job in found if job.is_running or job is found[0]][:SHOWN]


def described(job: BulkJob) -> Described:
    action = ACTIONS[BulkAction(job.action)]
    is_undo = job.undoes_id is not None
    return Described(
        job=job,
        did=f"no longer {action.done}" if is_undo else action.done,
        how=_how(job),
        can_undo=action.undo is not None and not is_undo and not hasattr(job, "undone_by") and job.done > 0,
        lasting="" if is_undo else action.lasting,
    )


def _listed(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _until(params: Mapping[str, Any]) -> str:
    day = parse_date(params.get("ends_on") or "")
    return f"until {day:%-d %B %Y}" if day else ""


def _how(job: BulkJob) -> str:
    """Say with what a job changes its orders: the hold's kind, the day, the colleague."""
    params = job.params
    match BulkAction(job.action):
        case BulkAction.HOLD:
            return _listed(f"{HoldKind(params['kind']).label} hold", params["reason"], _until(params))
        case BulkAction.EXPEDITE:
            return _listed(params.get("reason", ""), _until(params))
        case BulkAction.ETA:
            day = parse_date(params["eta_on"] or "")
            where = f"to {day:%-d %B %Y}" if day else f"by {params['days']:+d} days"
            return f"{where}, {params['reason']}"
        case BulkAction.ASSIGN:
            owner = get_user_model().objects.filter(pk=params["owner"]).first() if params["owner"] else None
            return f"to {owner or 'nobody'}"
        case BulkAction.NOTE:
            return str(params["body"])
        case BulkAction.CANCEL:
            return str(params["reason"])
        case BulkAction.TELL:
            return f"The {params['choice']} date of each. Messages can be taken back until they leave."
        case _:
            return ""
