"""Transactions that are tried again when PostgreSQL asks for it."""

from __future__ import annotations

import functools
import inspect
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import pghistory
from django.db import OperationalError, transaction

P = ParamSpec("P")
R = TypeVar("R")

MAX_TRIES = 5
RETRYABLE = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available

_takes_part: ContextVar[bool] = ContextVar("takes_part", default=False)


def sqlstate(error: BaseException) -> str | None:
    """Return the SQLSTATE behind a Django database error, if there is one."""
    return getattr(error.__cause__, "pgcode", None)


def entry_verb(verb: Callable[P, R]) -> Callable[P, R]:
    """Run a verb as one durable transaction, again after a deadlock or lock timeout (at most five times, with jitter).

    The verb must have no effect outside the database. Inside a transaction that a caller opened it raises RuntimeError,
    as ``atomic(durable=True)`` does: entry verbs own their commit, but for ``in_one_transaction``. What it changes is
    kept in the history with the verb's name and, where it takes one, its ``actor``.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with _history(verb, kwargs.get("actor")):
            if _takes_part.get():
                return verb(*args, **kwargs)
            return _durably(functools.partial(verb, *args, **kwargs))

    return run


def in_one_transaction(work: Callable[[], R]) -> R:
    """Run ``work`` as one durable transaction in which the entry verb that it calls takes part instead of committing.

    For an edge that must keep something together with what the verb changes. The retries are those of an entry verb,
    so ``work`` too must have no effect outside the database. One verb each: two would mix the order of their locks.
    """
    return _durably(functools.partial(_taking_part, work))


def _taking_part(work: Callable[[], R]) -> R:
    token = _takes_part.set(True)
    try:
        return work()
    finally:
        _takes_part.reset(token)


def _durably(work: Callable[[], R]) -> R:
    for attempt in range(1, MAX_TRIES + 1):
        try:
            with transaction.atomic(durable=True):
                return work()
        except OperationalError as error:
            if sqlstate(error) not in RETRYABLE or attempt == MAX_TRIES:
                raise
            time.sleep(random.uniform(0, 0.02 * 2**attempt))
    raise AssertionError("unreachable")


@contextmanager
def without_waiting_for_disk() -> Iterator[None]:
    """Let the single statement inside commit at once: if PostgreSQL dies within the next second, it may be lost.

    Outside of a transaction. The setting travels with the statement and ends with it.
    """

    def ahead(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        return execute(f"SET LOCAL synchronous_commit TO off; {sql}", *rest)

    with transaction.get_connection().execute_wrapper(ahead):
        yield


def rehearse(verb: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run an entry verb and roll all of it back: raises what the verb would raise now, changes nothing."""
    with transaction.atomic(durable=True):
        inspect.unwrap(verb)(*args, **kwargs)
        transaction.set_rollback(True)


def _history(verb: Callable[..., object], actor: Any) -> AbstractContextManager[object]:
    who = {} if actor is None else {"user": actor.pk}
    return pghistory.context(verb=verb.__name__, **who)


def require_transaction() -> None:
    """Raise unless the caller has opened a transaction (participant verbs leave the commit to their caller)."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("This takes part in a transaction: call it from a verb that opens one.")
