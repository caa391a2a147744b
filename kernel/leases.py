"""Rows as a queue: a worker claims rows, works, and finishes only what it still holds.

PostgreSQL is the queue of record (docs/concurrency.md): a Celery message only wakes somebody up. A row whose worker
died is claimable again when its lease runs out; a row that failed ``MAX_ATTEMPTS`` times is quarantined.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Field, Q, QuerySet
from django.db.models.options import Options
from django.utils import timezone

MAX_ATTEMPTS = 5

_SOME_DAY = datetime(9999, 1, 1, tzinfo=UTC)  # stands for the moment of a claim while its statement is made


class Leased(models.Model):
    """Columns of a claimable row. ``not_before`` delays it; ``lease_token`` names the worker that holds it."""

    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True


def claimable(rows: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """Return the rows that are due and held by nobody."""
    return rows.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now), not_before__lte=now)


def claim(
    rows: QuerySet[Any], *, now: datetime, lease: timedelta, limit: int, value: str = "pk", durable: bool = True
) -> tuple[uuid.UUID, list[Any]]:
    """Take up to ``limit`` due rows, the oldest, for ``lease``; return the token and a column of them, ascending.

    Concurrent claimers never get the same row (SKIP LOCKED) and never wait for each other. A claim that need not be
    ``durable`` does not wait for the disk: if PostgreSQL dies within the next second, the row may be due again though
    work on it has begun.
    """
    return _take(*_statement(rows, now=now, limit=limit, value=value, durable=durable), until=now + lease)


class Claim:
    """A claim that is made over and over, whose statement is made once; ``rows`` depend on the moment alone."""

    def __init__(self, rows: Callable[[datetime], QuerySet[Any]], *, lease: timedelta, limit: int, **options: Any):
        self._lease = lease
        self._made = lru_cache(partial(self._make, rows, limit=limit, **options))

    def __call__(self, now: datetime) -> tuple[uuid.UUID, list[Any]]:
        """Do as ``claim`` does."""
        statement, params = self._made()
        return _take(statement, [now if param == _SOME_DAY else param for param in params], until=now + self._lease)

    @staticmethod
    def _make(rows: Callable[[datetime], QuerySet[Any]], **options: Any) -> tuple[str, Sequence[Any]]:
        return _statement(rows(_SOME_DAY), now=_SOME_DAY, **{"value": "pk", "durable": True, **options})


def _statement(
    rows: QuerySet[Any], *, now: datetime, limit: int, value: str, durable: bool
) -> tuple[str, Sequence[Any]]:
    """Return one statement, and its parameters but the last two: the token and until when.

    The CTE is materialized because a subquery with a lock and a limit may run more than once.
    """
    meta = rows.model._meta
    due = claimable(rows, now=now).order_by("pk").select_for_update(skip_locked=True, of=("self",))
    with transaction.atomic():  # a lock outside of one is refused already when it is written down
        query, params = due.values("pk")[:limit].query.sql_with_params()
    key, column = (connection.ops.quote_name(_column(meta, name)) for name in ("pk", value))
    return (
        f"{'' if durable else 'SET LOCAL synchronous_commit TO off; '}"
        f"WITH due (key) AS MATERIALIZED ({query}) "
        f"UPDATE {connection.ops.quote_name(meta.db_table)} t "
        f"SET lease_token = %s, lease_until = %s, attempts = attempts + 1 "
        f"FROM due WHERE t.{key} = due.key RETURNING t.{column}"
    ), params


def _take(statement: str, params: Sequence[Any], *, until: datetime) -> tuple[uuid.UUID, list[Any]]:
    token = uuid.uuid4()
    with connection.cursor() as cursor:  # one round trip: statements sent together are one transaction
        cursor.execute(statement, [*params, token, until])
        return token, sorted(row[0] for row in cursor.fetchall())


def _column(meta: Options[Any], name: str) -> str:
    field = meta.pk if name == "pk" else meta.get_field(name)
    assert isinstance(field, Field)
    assert field.column
    return field.column


def release(rows: QuerySet[Any], *, token: uuid.UUID, retry_at: datetime, error: str) -> int:
    """Give rows back after a failure, to be tried again at ``retry_at``; return how many were still ours."""
    return rows.filter(lease_token=token).update(
        lease_token=None, lease_until=None, not_before=retry_at, last_error=error[:2000]
    )
