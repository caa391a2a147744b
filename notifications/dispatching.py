"""Hand recorded facts to their listeners, each fact once, whatever dies in between.

A listener is a function that takes a list of facts of one kind. It runs inside the transaction that marks them
dispatched, so it may write rows and must do nothing else.
"""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from kernel.leases import MAX_ATTEMPTS, claim, release
from kernel.walls import Failed, attempt
from notifications.models import Fact, FactState

log = logging.getLogger(__name__)

Listener = Callable[[Sequence[Fact]], None]

BATCH = 500
LEASE = timedelta(seconds=60)


class LeaseLost(Exception):
    """Another worker took these facts over while we worked; ours must leave no trace."""


def dispatch_pending(*, now: datetime) -> int:
    """Dispatch one round of due facts; return how many were claimed, 0 when nothing is due.

    Fresh facts travel together by kind. One that has failed, or was held by a worker that died, travels alone, so that
    a poison fact holds up nobody; after ``MAX_ATTEMPTS`` it is quarantined.
    """
    pending = Fact.objects.filter(state=FactState.PENDING)
    fresh = _claim_and_dispatch(pending.filter(attempts=0), limit=BATCH, now=now)
    again = _claim_and_dispatch(pending.filter(attempts__gt=0), limit=1, now=now)
    return fresh + again


def listeners_of(kind: str) -> list[Listener]:
    """Return the functions that settings.FACT_LISTENERS names for a kind, in its order."""
    return [import_string(name) for name in settings.FACT_LISTENERS.get(kind, ())]


def _claim_and_dispatch(rows: QuerySet[Fact], *, limit: int, now: datetime) -> int:
    token, keys = claim(rows, now=now, lease=LEASE, limit=limit)
    by_kind: dict[str, list[Fact]] = defaultdict(list)
    for fact in Fact.objects.filter(pk__in=keys, lease_token=token).order_by("pk"):
        by_kind[fact.kind].append(fact)
    for facts in by_kind.values():
        _dispatch(facts, token=token, now=now)
    return len(keys)


def _dispatch(facts: Sequence[Fact], *, token: uuid.UUID, now: datetime) -> None:
    if facts[0].attempts > MAX_ATTEMPTS:  # its worker died each time: it never got as far as an error
        _quarantine(facts[0], token=token, error="Its worker died every time.")
        return
    # A listener may fail in any way, and no fact may stop the others.
    told = attempt(lambda: _tell_if_ours(facts, token=token), what=f"listeners of {facts[0].kind}")
    if isinstance(told, Failed):
        _put_back(facts, token=token, now=now, error=repr(told.error))


def _tell_if_ours(facts: Sequence[Fact], *, token: uuid.UUID) -> None:
    try:
        _tell(facts, token=token)
    except LeaseLost:
        log.warning("facts from %s on were taken over by another worker", facts[0].pk)


def _tell(facts: Sequence[Fact], *, token: uuid.UUID) -> None:
    """Run the listeners and mark the facts in one transaction; raise LeaseLost when they are no longer ours."""
    with transaction.atomic():
        ours = Fact.objects.filter(pk__in=[fact.pk for fact in facts], lease_token=token)
        if ours.update(state=FactState.DISPATCHED, lease_token=None, lease_until=None) != len(facts):
            raise LeaseLost
        for listener in listeners_of(facts[0].kind):
            listener(facts)


def _put_back(facts: Sequence[Fact], *, token: uuid.UUID, now: datetime, error: str) -> None:
    first = facts[0]
    if len(facts) == 1 and first.attempts >= MAX_ATTEMPTS:
        _quarantine(first, token=token, error=error)
        return
    wait = timedelta(seconds=2**first.attempts) if len(facts) == 1 else timedelta(0)
    rows = Fact.objects.filter(pk__in=[fact.pk for fact in facts])
    release(rows, token=token, retry_at=now + wait, error=error)


def _quarantine(fact: Fact, *, token: uuid.UUID, error: str) -> None:
    log.error("fact %s (%s) is quarantined: %s", fact.pk, fact.kind, error)
    Fact.objects.filter(pk=fact.pk, lease_token=token).update(
        state=FactState.QUARANTINED, lease_token=None, lease_until=None, last_error=error[:2000]
    )
