"""Questions to our own records as jobs: asked for, answered by a worker, kept for a while. Locks: the study's row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from kernel.kick import kick
from kernel.people import Actor, key_of
from kernel.transactions import entry_verb
from kernel.walls import Failed, attempt
from orders.jobs import refuse_crowd, take_next
from orders.models import SimulationStatus, Study, StudyKind
from orders.studying.study_kinds import KINDS, Asked, read_members

STUDY_TASK = "orders.tasks.work_studies"
KEPT = timedelta(days=90)
LEASE = timedelta(minutes=30)  # as long as a worker may take for one; each step renews it
MOST_WAITING = 10


@entry_verb
def ask_study(kind: StudyKind, *, members: Mapping[str, Any], actor: Actor | None, now: datetime) -> Study:
    """Leave a question to a worker.

    Raises Invalid naming each wrong member, NotFound for a run that is not kept, Conflict while too many wait.
    """
    asked = read_members(kind, members)
    refuse_crowd(Study.objects.all(), most=MOST_WAITING, name="studies")
    study = Study.objects.create(
        kind=kind, asked=asked, created_at=now, not_before=now, created_by_id=key_of(actor), expires_at=now + KEPT
    )
    kick(STUDY_TASK)
    return study


def answer_waiting(clock: Callable[[], datetime]) -> bool:
    """Answer the study that has waited longest; return whether there may be more. Any number of workers may."""
    ours = take_next(Study.objects.all(), now=clock(), lease=LEASE, advice="Ask for less, or ask again.")
    if ours is not None:
        _answer(ours, clock)
    return ours is not None


def _answer(ours: QuerySet[Study], clock: Callable[[], datetime]) -> None:
    """Answer a claimed study; ``ours`` selects it for as long as the claim holds."""

    def tell(step: str) -> None:
        ours.update(status=SimulationStatus.RUNNING, step=step[:120], lease_until=clock() + LEASE)

    study = ours.get()
    tell("Begun")
    kind, asked = KINDS[StudyKind(study.kind)], Asked(study.asked, clock, tell)
    result = attempt(lambda: kind.answer(asked), what=f"study {study.pk}")
    if isinstance(result, Failed):
        _finish(ours, clock(), status=SimulationStatus.FAILED, last_error=result.words)
    else:
        _finish(ours, clock(), status=SimulationStatus.DONE, step="Done", result=result)


def _finish(ours: QuerySet[Study], now: datetime, **members: Any) -> None:
    ours.update(finished_at=now, lease_token=None, lease_until=None, **members)
