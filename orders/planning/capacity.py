"""What each warehouse can pick in a day, and how the rest rolls forward. docs/planning.md, section Capacity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.calendar import WorkingDays
from orders.planning.types import Context, Ints


@dataclass(frozen=True, slots=True)
class Work:
    """Units to pick, one entry a claim: where, how many, from which day on they can be picked, and the claim's rank.

    ``place`` is the line's place in the queue, lowest first; of equals the lower ``line_id`` goes first. Entries of one
    line in several warehouses are picked independently.
    """

    line_id: Ints
    warehouse_id: Ints
    qty: Ints
    ready_on: Ints
    place: Ints


@dataclass(frozen=True, slots=True)
class Capacity:
    """Units a warehouse picks on a working day, ``warehouse_id`` ascending; one that is not listed picks everything.

    ``picked_today`` is what is done already.
    """

    warehouse_id: Ints
    daily_qty: Ints
    picked_today: Ints


def pick_days(work: Work, capacity: Capacity, context: Context) -> Ints:
    """Return the day on which the last unit of each entry is picked, parallel to ``work``.

    Best rank first, each entry takes the earliest capacity that is left from its day on, over several days if it must.
    Exact, whatever the order of the input. Raises ValueError for a capacity below 1. O(n log n), with a loop over the
    entries of listed warehouses.
    """
    if (capacity.daily_qty < 1).any():
        raise ValueError("daily_qty: must be at least 1")
    working_days = WorkingDays(context.calendar)
    ready = np.maximum(work.ready_on, context.today)
    offset = working_days.between(context.today, ready)
    done = offset.copy()
    listed = np.searchsorted(capacity.warehouse_id, work.warehouse_id)
    known = listed < len(capacity.warehouse_id)
    known[known] = capacity.warehouse_id[listed[known]] == work.warehouse_id[known]
    order = np.lexsort((work.line_id, work.place, listed))
    order = order[known[order]]
    for at in np.split(order, np.flatnonzero(np.diff(listed[order])) + 1):
        if len(at):
            place = listed[at[0]]
            days = _Days(int(capacity.daily_qty[place]), int(capacity.picked_today[place]))
            done[at] = [
                days.take(first, qty) for first, qty in zip(offset[at].tolist(), work.qty[at].tolist(), strict=True)
            ]
    start = np.full(len(done), context.today, dtype=np.int64)
    return working_days.add(start, done)


class _Days:
    """One warehouse's working days from today on: what is left of each, and where the next day with capacity is."""

    __slots__ = ("_daily", "_left", "_next")

    def __init__(self, daily_qty: int, picked_today: int) -> None:
        self._daily = daily_qty
        self._left: dict[int, int] = {0: max(daily_qty - picked_today, 0)}
        self._next: dict[int, int] = {} if self._left[0] else {0: 1}

    def take(self, day: int, qty: int) -> int:
        """Use ``qty`` of the earliest capacity from a day on; return the day of the last unit."""
        day = self._first_free(day)
        while True:
            left = self._left.get(day, self._daily)
            if qty < left:
                self._left[day] = left - qty
                return day
            self._left[day] = 0
            self._next[day] = day + 1
            qty -= left
            if not qty:
                return day
            day = self._first_free(day + 1)

    def _first_free(self, day: int) -> int:
        """Follow the days that are full, and let them all point to the end of the chain."""
        end = day
        while end in self._next:
            end = self._next[end]
        while day in self._next:
            self._next[day], day = end, self._next[day]
        return end
