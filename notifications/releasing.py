"""Facts that no listener could take in, after their cause is mended: they are handed on anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from kernel.errors import Conflict
from kernel.people import Actor, key_of
from kernel.text import is_plain
from kernel.transactions import entry_verb
from notifications.models import Fact, FactState
from notifications.models.delivery import KIND_LABELS
from notifications.outbox import record_fact

RELEASED = "notifications.facts_released"
MOST = 10_000  # at a time, so that what is still broken does not come back all at once
SHOWN = 20


@dataclass(frozen=True, slots=True)
class SetAside:
    """Quarantined facts of one kind that failed alike."""

    kind: str
    error: str
    count: int
    oldest_at: datetime

    @property
    def label(self) -> str:
        return KIND_LABELS.get(self.kind, self.kind)


def set_aside() -> list[SetAside]:
    """Return what is quarantined, by kind and error, the most first."""
    rows = Fact.objects.filter(state=FactState.QUARANTINED).order_by().values_list("kind", "last_error")
    found = rows.annotate(count=Count("pk"), oldest=Min("occurred_at")).order_by("-count", "kind", "last_error")
    return [SetAside(*row) for row in found[:SHOWN]]


@entry_verb
def release_facts(*, kind: str = "", ids: Collection[int] = (), actor: Actor | None, now: datetime) -> int:
    """Hand quarantined facts on anew, of one ``kind`` or with these ``ids`` only where given; return how many.

    They are tried like new ones, at most ``MOST`` at a time, the oldest first, and set aside again where they still
    fail. Who released which is a fact of its own. Messages that newer news has overtaken meanwhile are not sent.
    Raises Conflict when there is none to release.
    """
    rows = Fact.objects.filter(state=FactState.QUARANTINED)
    if kind:
        rows = rows.filter(kind=kind) if is_plain(kind) else rows.none()
    if ids:
        rows = rows.filter(pk__in=ids)
    chosen = rows.select_for_update(of=("self",), no_key=True).order_by("pk")[:MOST]
    released = dict(chosen.values_list("pk", "last_error"))
    if not released:
        raise Conflict("Nothing like this is set aside any more.", code="no_change")
    Fact.objects.filter(pk__in=released).update(
        state=FactState.PENDING, attempts=0, not_before=now, last_error="", lease_token=None, lease_until=None
    )
    record_fact(
        RELEASED,
        payload={"facts": list(released), "errors": sorted(set(released.values()))[:SHOWN], "actor": key_of(actor)},
        dedupe_key=f"{RELEASED}:{next(iter(released))}:{now.isoformat()}",
        now=now,
    )
    return len(released)
