"""Figures over everything, which no page can wait for: kept in this process for a time in proportion to their cost.

A figure that takes a second over a million lines is worked out every 20 s while somebody looks, behind the pages that
show the last one; one that takes a millisecond is worked out every time. So keeping a figure fresh costs at most a
twentieth of a processor, whatever the size, and a small backlog never shows anything old. One figure is renewed after
the other, so that all together never take more than one connection and one processor from the pages.

What nobody knows yet is worked out by whoever asks first, once for all who ask meanwhile. On a busy machine that may
take longer than people wait or a page's statement may: then they see what the caller has kept elsewhere, if it has, and
open pages ask again when the figure has come.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast

from django.db import OperationalError, connection, connections

from kernel.live import announce
from kernel.walls import Failed, attempt

T = TypeVar("T")
CHEAP_SECONDS = 0.1  # what takes no longer is not kept
KEPT_FOR_COSTS = 20
STALE_SECONDS = 300.0  # nobody sees an older one: whoever asks waits for the new
PATIENCE_SECONDS = 2.0  # for one that somebody else works out, where there is something else to show
MOST_FIGURES = 200


@dataclass(slots=True)
class _Figure:
    value: Any
    cost: float
    at: float
    is_renewed: bool = False

    def age(self) -> float:
        return time.monotonic() - self.at


@dataclass(slots=True)
class _Work:
    """A figure that is being worked out, or will be behind the pages; ``is_missed`` by somebody who did not wait."""

    key: Hashable
    compute: Callable[[], Any]
    cheap: float
    is_over: threading.Event = field(default_factory=threading.Event)
    is_missed: bool = False


_figures: OrderedDict[Hashable, _Figure] = OrderedDict()
_first: dict[Hashable, _Work] = {}  # of figures that nobody knows, by their keys
_due: deque[_Work] = deque()
_renewer: list[threading.Thread] = []  # the one that works on what is due
_lock = threading.Lock()


def remembered(
    key: Hashable,
    compute: Callable[[], T],
    *,
    cheap: float | None = None,
    meanwhile: Callable[[], T | None] | None = None,
) -> T:
    """Return what ``compute`` returns, now or a while ago; ``cheap`` seconds of cost are too few to keep it.

    ``compute`` may run in a thread of its own, with a connection of its own, so it must not lean on the request. What
    ``meanwhile`` returns, unless it is None, is shown where the first time takes too long.
    """
    work = _Work(key, compute, CHEAP_SECONDS if cheap is None else cheap)
    with _lock:
        found = _figures.get(key)
        if found is not None and found.age() < STALE_SECONDS:
            if not found.is_renewed and found.age() > KEPT_FOR_COSTS * found.cost:
                found.is_renewed = True
                _work_behind(work)
            return cast(T, found.value)
        first = _first.setdefault(key, work)
    return _lead(work, meanwhile) if first is work else _follow(first, work, meanwhile)


def recalled(key: Hashable) -> Any:
    """Return a figure as it is kept, None where it is not; nothing is worked out or renewed."""
    with _lock:
        found = _figures.get(key)
        return found.value if found is not None and found.age() < STALE_SECONDS else None


def forget(key: Hashable) -> None:
    """Drop a figure: whoever asks next waits for the new one."""
    with _lock:
        _figures.pop(key, None)


def forget_all() -> None:
    """Drop every figure, as a process that has just started."""
    with _lock:
        _figures.clear()


def _lead(work: _Work, meanwhile: Callable[[], T | None] | None) -> T:
    """Work a figure out for the first time; one that takes longer than a statement may is left to the thread behind."""
    is_left = False
    try:
        return cast(T, _work_out(work))
    except OperationalError:
        kept = None if meanwhile is None else meanwhile()
        if kept is None:
            raise
        with _lock:
            work.is_missed = is_left = True
            _work_behind(work)
        return kept
    finally:
        if not is_left:
            _end(work)


def _follow(first: _Work, work: _Work, meanwhile: Callable[[], T | None] | None) -> T:
    """Wait for a figure that somebody works out. A cheap one was not kept, and may have been begun too early for us."""
    first.is_over.wait(None if meanwhile is None else PATIENCE_SECONDS)
    with _lock:
        found = _figures.get(work.key)
        if found is not None and found.age() < STALE_SECONDS:
            return cast(T, found.value)
        is_over = first.is_over.is_set()
        if not is_over:
            first.is_missed = True
    kept = None if is_over or meanwhile is None else meanwhile()
    if kept is not None:
        return kept
    return cast(T, _work_out(work))


def _end(work: _Work) -> None:
    """Let those go on who wait for a figure, and tell pages that did not wait to ask again."""
    with _lock:
        if _first.get(work.key) is work:
            del _first[work.key]
        work.is_over.set()
        is_missed = work.is_missed
    if is_missed:
        announce("plan", {"all": True})


def _work_out(work: _Work) -> Any:
    started = time.monotonic()
    value = work.compute()
    cost = time.monotonic() - started
    with _lock:
        _figures.pop(work.key, None)
        if cost > work.cheap:
            _figures[work.key] = _Figure(value, cost, time.monotonic())
        while len(_figures) > MOST_FIGURES:
            _figures.popitem(last=False)
    return value


def _work_behind(work: _Work) -> None:
    """Let a thread work a figure out after those that are due already. Called under the lock."""
    _due.append(work)
    if not _renewer:
        _renewer.append(threading.Thread(target=_renew_what_is_due, name="remembered", daemon=True))
        _renewer[0].start()


def _renew_what_is_due() -> None:
    while (work := _next_due()) is not None:
        renewed = attempt(partial(_renew, work), what=f"renewing the figure {work.key!r}")
        with _lock:
            if isinstance(renewed, Failed) and work.key in _figures:
                _figures[work.key].is_renewed = False


def _next_due() -> _Work | None:
    with _lock:
        if _due:
            return _due.popleft()
        _renewer.clear()
        return None


def _renew(work: _Work) -> None:
    try:
        with _unhurried():
            _work_out(work)
    finally:
        _end(work)
        connections.close_all()


@contextmanager
def _unhurried() -> Iterator[None]:
    """Let this thread's statements take as long as they do; its connection goes back to the pages as it was."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
