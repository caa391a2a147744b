"""What sorts rows by several columns, equal rows in their order: much faster than ``np.lexsort`` on long ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from orders.planning.types import Ints

# NumPy sorts 16 bits by counting, longer numbers by comparing: a million of them take 12 ms and 80 ms. Rows that
# nearly ascend are merged, which beats both.
_DIGIT_BITS = 16
_FEW_FALLS = 64  # a fall in so many rows; of fewer rows in all, counting costs more than it saves
_SHORT = 2_000


def stable_order(*keys: NDArray[Any]) -> Ints:
    """Return the rows ascending by the keys, which are parallel numbers without NaN; the first key counts most.

    Rows with equal keys stay in their order. O(n × digits of 16 bits that the keys span).
    """
    order: Ints | None = None
    for key in reversed(keys):
        values = key if order is None else key[order]
        falls = np.count_nonzero(values[1:] < values[:-1])
        if falls:
            merges = len(values) < _SHORT or falls * _FEW_FALLS < len(values)
            order = _after(order, np.argsort(values, kind="stable") if merges else _by_digits(values))
    return np.arange(len(keys[0])) if order is None else order


def pair_order(first: Ints, second: Ints) -> Ints:
    """Return what ``stable_order`` does for two columns of numbers from 0 on, as one number where both fit into it."""
    width = int(second.max(initial=0)) + 1
    if int(first.max(initial=0)) < np.iinfo(np.int64).max // width:
        return stable_order(first * width + second)
    return stable_order(first, second)


def _by_digits(values: NDArray[Any]) -> Ints:
    """Return the rows ascending, from the last digit to the first."""
    whole = _as_whole(values)
    above = (whole - whole.min()).view(np.uint64)  # a difference too large for its sign still is right modulo 2⁶⁴
    order = np.argsort(above.astype(np.uint16), kind="stable")
    for shift in range(_DIGIT_BITS, int(above.max()).bit_length(), _DIGIT_BITS):
        digit = (above >> np.uint64(shift)).astype(np.uint16)
        order = _after(order, np.argsort(digit[order], kind="stable"))
    return order


def _after(order: Ints | None, then: Ints) -> Ints:
    return then if order is None else order[then]


def _as_whole(values: NDArray[Any]) -> Ints:
    """Return whole numbers that ascend as the values do."""
    if values.dtype.kind != "f":
        return values.astype(np.int64, copy=False)
    bits: Ints = (values + 0.0).view(np.int64)  # there are two zeros
    return bits ^ ((bits >> 63) & np.iinfo(np.int64).max)  # of negative ones the larger number is the lower value
