"""Work that many want at the same moment and that is the same for all: done once for everybody who was waiting for it.

Nobody gets what was begun before they asked, so nothing that anybody sees is old: whoever comes while it is being done
waits, and all who came meanwhile share the next round.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Event, Lock
from typing import Generic, TypeVar, cast

T = TypeVar("T")


class _Round(Generic[T]):
    """One time that the work is done: for whoever leads it, and for those who came before it began."""

    def __init__(self) -> None:
        self.is_over = Event()
        self.outcome: list[T] = []  # empty where it failed


class _Rounds:
    """The round that is under way, and the one after it once somebody waits for that."""

    def __init__(self, first: _Round[object]) -> None:
        self.now = first
        self.following: _Round[object] | None = None


_rounds: dict[Hashable, _Rounds] = {}
_lock = Lock()


def together(key: Hashable, compute: Callable[[], T]) -> T:
    """Return what ``compute`` returns, begun after this call by whoever of those with the same key came first.

    Where it fails for the one who does it, the others do it themselves.
    """
    with _lock:
        rounds = _rounds.get(key)
        if rounds is None:
            mine: _Round[object] = _Round()
            _rounds[key] = _Rounds(mine)
            before, leads = None, True
        elif rounds.following is None:
            mine = rounds.following = _Round()
            before, leads = rounds.now, True
        else:
            mine, before, leads = rounds.following, None, False
    if not leads:
        mine.is_over.wait()
        return cast(T, mine.outcome[0]) if mine.outcome else compute()
    if before is not None:
        before.is_over.wait()
        with _lock:
            _rounds[key].now, _rounds[key].following = mine, None
    try:
        value = compute()
        mine.outcome.append(value)
        return value
    finally:
        with _lock:
            if _rounds[key].following is None:
                del _rounds[key]
            mine.is_over.set()
