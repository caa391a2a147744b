"""How the way we work was changed: each change before and after, and a version that forms carry.

Participants: a verb checks the version once it holds the lock of what it changes, and records before it commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from inventory.models import SetupChange
from kernel.errors import Conflict
from kernel.people import Actor, key_of
from kernel.transactions import require_transaction

Document = Mapping[str, Any]


def version_of(kind: str, name: str) -> int:
    """Return the key of the newest change of a thing; 0 where it never changed."""
    newest = SetupChange.objects.filter(kind=kind, name=name).order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def newest_by(actor: Actor, kind: str) -> int:
    """Return the key of somebody's newest change of a kind; 0 where they changed none."""
    mine = SetupChange.objects.filter(kind=kind, actor_id=key_of(actor)).order_by("-pk")
    return mine.values_list("pk", flat=True).first() or 0


def versions_of(kind: str) -> dict[str, int]:
    """Return the versions of all things of a kind that ever changed; one query."""
    newest = SetupChange.objects.filter(kind=kind).order_by("name", "-pk").distinct("name")
    return dict(newest.values_list("name", "pk"))


def check_version(kind: str, name: str, version: int | None) -> None:
    """Raise Conflict, naming who and when, where a thing changed after ``version``; None asks for no check."""
    require_transaction()
    if version is None or version == version_of(kind, name):
        return
    newest = SetupChange.objects.select_related("actor").filter(kind=kind, name=name).order_by("-pk").first()
    by, at = "", ""
    if newest is not None:
        by = str(newest.actor or "Somebody")
        at = f"{timezone.localtime(newest.at):%-d %B, %H:%M}"
    raise Conflict(
        f"{by or 'Somebody'} changed this meanwhile{f' ({at})' if at else ''}. "
        "Look at what it says now, then repeat your change.",
        code="stale",
    )


def record_change(
    kind: str, name: str, *, before: Document | None, after: Document, actor: Actor | None, now: datetime
) -> None:
    """Keep a change with what it replaced; one that changes nothing is not kept."""
    require_transaction()
    if before == after:
        return
    SetupChange.objects.create(kind=kind, name=name, before=before, after=after, actor_id=key_of(actor), at=now)


def changes_of(*kinds: str, name: str | None = None, limit: int = 20) -> list[SetupChange]:
    """Return the newest changes of the kinds, of one thing or all; one query."""
    rows = SetupChange.objects.filter(kind__in=kinds).select_related("actor").order_by("-pk")
    return list((rows if name is None else rows.filter(name=name))[:limit])
