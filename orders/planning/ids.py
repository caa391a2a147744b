"""Sets of ids, places among them and rows grouped by them: by a table where ids lie close, as those of tables do.

NumPy sorts or hashes for each of these. Of a million ids a table takes some 5 ms, where they take 50 to 120.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from orders.planning.types import Bools, Ints

Column = NDArray[Any]

_SHORT = 2_000  # of fewer, a table costs more than it saves
_SPREAD = 8  # entries of a table for each id


def distinct(*ids: Ints) -> Ints:
    """Return each id once, ascending. O(n) where ids lie close, else as ``np.unique``."""
    numbers = ids[0] if len(ids) == 1 else np.concatenate(ids)
    if not _lie_close(numbers, len(numbers)):
        return np.unique(numbers)
    low = int(numbers.min())
    found: Ints = np.flatnonzero(_seen(numbers, low)) + low
    return found


def find_places(known: Ints, wanted: Ints) -> Ints:
    """Return how many ``known`` ids, which ascend without repeats, are below each one ``wanted``: its place if known.

    O(n) where ids lie close, else as ``np.searchsorted``.
    """
    if not _lie_close(known, len(wanted)):
        return np.searchsorted(known, wanted)
    low, high = int(known[0]), int(known[-1])
    below = np.zeros(high - low + 2, dtype=np.int64)
    np.cumsum(_seen(known, low), out=below[1:])
    found: Ints = below[np.clip(wanted, low, high + 1) - low]
    return found


def grouped(ids: Ints) -> tuple[Ints, Ints]:
    """Return each id once, ascending, and the place of every row's among them."""
    numbers = distinct(ids)
    return numbers, find_places(numbers, ids)


def shared(values: Column, place: Ints, groups: int) -> Column:
    """Return the value of each group, which all its rows share; ``place`` is a row's group."""
    found = np.empty(groups, dtype=values.dtype)
    found[place] = values
    return found


def _seen(ids: Ints, low: int) -> Bools:
    seen = np.zeros(int(ids.max()) - low + 1, dtype=np.bool_)
    seen[ids - low] = True
    return seen


def _lie_close(ids: Ints, rows: int) -> bool:
    return min(len(ids), rows) > 0 and rows >= _SHORT and int(ids.max()) - int(ids.min()) < _SPREAD * rows
