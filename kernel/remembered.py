"""Figures over everything, which no page can wait for: kept in this process for a time in proportion to their cost.

A figure that takes a second over a million lines is worked out every 20 s while somebody looks, behind the pages that
show the last one; one that takes a millisecond is worked out every time. So keeping a figure fresh costs at most a
twentieth of a processor, whatever the size, and a small backlog never shows anything old.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connections

from kernel.walls import Failed, attempt

T = TypeVar("T")
CHEAP_SECONDS = 0.1  # what takes no longer is not kept
KEPT_FOR_COSTS = 20
STALE_SECONDS = 300.0  # nobody sees an older one: whoever asks waits for the new
MOST_FIGURES = 200


@dataclass(slots=True)
class _Figure:
    value: Any
    cost: float
    at: float
    is_renewed: bool = False

    def age(self) -> float:
        return time.monotonic() - self.at


_figures: OrderedDict[Hashable, _Figure] = OrderedDict()
_lock = threading.Lock()


def remembered(key: Hashable, compute: Callable[[], T], *, cheap: float | None = None) -> T:
    """Return what ``compute`` returns, now or a while ago; ``cheap`` seconds of cost are too few to keep it.

    ``compute`` may run in a thread of its own, with a connection of its own, so it must not lean on the request.
    """
    with _lock:
        found = _figures.get(key)
        is_usable = found is not None and found.age() < STALE_SECONDS
        renew = found is not None and is_usable and not found.is_renewed and found.age() > KEPT_FOR_COSTS * found.cost
        if found is not None and renew:
            found.is_renewed = True
    if found is None or not is_usable:
        return _work_out(key, compute, cheap)
    if renew:
        threading.Thread(target=_renew, args=(key, compute, cheap), name="remembered", daemon=True).start()
    value: T = found.value
    return value


def forget_all() -> None:
    """Drop every figure, as a process that has just started."""
    with _lock:
        _figures.clear()


def _work_out(key: Hashable, compute: Callable[[], T], cheap: float | None) -> T:
    started = time.monotonic()
    value = compute()
    cost = time.monotonic() - started
    with _lock:
        _figures.pop(key, None)
        if cost > (CHEAP_SECONDS if cheap is None else cheap):
            _figures[key] = _Figure(value, cost, time.monotonic())
        while len(_figures) > MOST_FIGURES:
            _figures.popitem(last=False)
    return value


def _renew(key: Hashable, compute: Callable[[], object], cheap: float | None) -> None:
    try:
        renewed = attempt(lambda: _work_out(key, compute, cheap), what=f"renewing the figure {key!r}")
        with _lock:
            if isinstance(renewed, Failed) and key in _figures:
                _figures[key].is_renewed = False
    finally:
        connections.close_all()
