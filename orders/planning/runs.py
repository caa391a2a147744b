"""Runs of equal keys in sorted columns: where they begin, how long they are, what comes before."""

from __future__ import annotations

import numpy as np

from orders.planning.types import Bools, Ints


def is_first(*keys: Ints) -> Bools:
    """Tell of each row whether it begins a run of equal ``keys``, which are parallel. O(n)."""
    first = np.ones(len(keys[0]), dtype=np.bool_)
    for number, key in enumerate(keys):
        differs = key[1:] != key[:-1]
        first[1:] = differs if not number else first[1:] | differs
    return first


def starts_of(*keys: Ints) -> Ints:
    """Return the rows at which runs of equal ``keys`` begin, ascending. O(n)."""
    return np.flatnonzero(is_first(*keys))


def lengths_of(starts: Ints, rows: Ints) -> Ints:
    """Return how long the runs are that begin at ``starts`` and end with the last of the ``rows``."""
    ends = np.empty_like(starts)
    ends[:-1] = starts[1:]
    ends[-1:] = len(rows)
    return ends - starts


def summed_up(qty: Ints) -> Ints:
    """Return the sums of no, one, two … of the quantities: one more than there are."""
    sums = np.zeros(len(qty) + 1, dtype=np.int64)
    np.cumsum(qty, out=sums[1:])
    return sums
