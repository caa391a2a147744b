"""The outbox: facts written in the transaction that makes them true, told to their listeners after it commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.kick import kick
from kernel.transactions import require_transaction
from notifications.models import Fact

DISPATCH_TASK = "notifications.tasks.dispatch_facts"
BATCH_SIZE = 2000


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact about to be recorded. ``payload`` must be JSON and a full snapshot: listeners never ask the producer.

    ``dedupe_key`` names the occurrence (``eta:17:run:204``): recording it twice keeps the first.
    """

    kind: str
    dedupe_key: str
    payload: Mapping[str, Any]
    subject: str = ""


def record_fact(kind: str, *, payload: Mapping[str, Any], dedupe_key: str, now: datetime, subject: str = "") -> None:
    """Record one fact in the caller's transaction and wake the dispatcher at commit.

    A fact whose ``dedupe_key`` is known already is dropped silently: verbs may run twice. Raises RuntimeError outside
    a transaction.
    """
    record_facts([NewFact(kind, dedupe_key, payload, subject)], now=now)


def record_facts(facts: Sequence[NewFact], *, now: datetime, wakes: bool = True) -> None:
    """Record many facts in the caller's transaction, with one INSERT per 2,000; see ``record_fact``. Facts that come
    one by one in numbers need not wake the dispatcher each: its tick finds them."""
    require_transaction()
    if not facts:
        return
    Fact.objects.bulk_create(
        (
            Fact(
                kind=fact.kind,
                subject=fact.subject,
                dedupe_key=fact.dedupe_key,
                payload=dict(fact.payload),
                occurred_at=now,
                not_before=now,
            )
            for fact in facts
        ),
        batch_size=BATCH_SIZE,
        ignore_conflicts=True,
    )
    if wakes:
        kick(DISPATCH_TASK)
