"""What each warehouse can pick in a day, and how the rest rolls forward. docs/planning.md, section Capacity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from orders.planning.calendar import WorkingDays
from orders.planning.types import Bools, Calendar, Context, Ints

NO_LIMIT = -1
AHEAD = 64  # working days whose dates are found at a time


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
    """Units that warehouses pick in a day, ``warehouse_id`` ascending; one that is not listed picks everything.

    ``weekly_qty`` has shape (warehouses, 7), Monday first, NO_LIMIT where a weekday has none. The ``special`` columns
    are days of their own: the position of the warehouse, the day, its units. ``picked_today`` is what is done already.
    """

    warehouse_id: Ints
    weekly_qty: Ints
    picked_today: Ints
    special_place: Ints
    special_day: Ints
    special_qty: Ints


def pick_days(work: Work, capacity: Capacity, context: Context) -> Ints:
    """Return the day on which the last unit of each entry is picked, parallel to ``work``."""
    return roll_through(work, capacity, context)[0]


def roll_through(work: Work, capacity: Capacity, context: Context) -> tuple[Ints, Capacity]:
    """Return the day on which the last unit of each entry is picked, parallel to ``work``, and what is left of days.

    Best rank first, each entry takes the earliest capacity that is left from its day on, over several days if it must.
    Days are working days of the warehouse. Exact, whatever the order of the input. Raises ValueError for a warehouse
    that picks nothing on any working day of its week. O(n log n), with a loop over the entries of listed warehouses.
    """
    if not picks_at_all(capacity, context).all():
        raise ValueError("weekly_qty: each warehouse must pick on some working day")
    calendars = _calendars_of(capacity.warehouse_id, context)
    done = _first_working_days(work, context)
    listed = np.searchsorted(capacity.warehouse_id, work.warehouse_id)
    known = listed < len(capacity.warehouse_id)
    known[known] = capacity.warehouse_id[listed[known]] == work.warehouse_id[known]
    order = np.lexsort((work.line_id, work.place, listed))
    order = order[known[order]]
    left: list[tuple[int, int, int]] = []
    for at in np.split(order, np.flatnonzero(np.diff(listed[order])) + 1):
        if len(at):
            place = int(listed[at[0]])
            working_days = WorkingDays(calendars[place])
            offset = working_days.between(context.today, np.maximum(work.ready_on[at], context.today))
            days = _Days(capacity, place, context.today, working_days)
            taken = [days.take(first, qty) for first, qty in zip(offset.tolist(), work.qty[at].tolist(), strict=True)]
            done[at] = working_days.add(np.full(len(at), context.today, dtype=np.int64), np.array(taken))
            left += [(place, day, units) for day, units in days.left()]
    return done, with_days(capacity, left)


def _first_working_days(work: Work, context: Context) -> Ints:
    """Return when each entry can be picked at the earliest: on a day that its own warehouse works."""
    days = np.maximum(work.ready_on, context.today)
    warehouses, own = np.unique(work.warehouse_id, return_inverse=True)
    for place, calendar in enumerate(_calendars_of(warehouses, context)):
        at = own == place
        days[at] = WorkingDays(calendar).add(days[at], 0)
    return days


def with_days(capacity: Capacity, left: Sequence[tuple[int, int, int]]) -> Capacity:
    """Return the capacity with days (position of the warehouse, day, units) that count before its own figures.

    What was picked today counts no more for a warehouse that is named: its days have it.
    """
    own = zip(
        capacity.special_place.tolist(), capacity.special_day.tolist(), capacity.special_qty.tolist(), strict=True
    )
    days = {(place, day): units for place, day, units in (*own, *left)}
    rows = np.array([(*key, units) for key, units in sorted(days.items())], dtype=np.int64).reshape(-1, 3)
    picked = capacity.picked_today.copy()
    picked[[place for place, *_ in left]] = 0
    return replace(
        capacity, picked_today=picked, special_place=rows[:, 0], special_day=rows[:, 1], special_qty=rows[:, 2]
    )


def picks_at_all(capacity: Capacity, context: Context) -> Bools:
    """Return which listed warehouses pick anything on some working day of their week."""
    working = np.array(
        [calendar.weekmask for calendar in _calendars_of(capacity.warehouse_id, context)], dtype=np.bool_
    )
    picks: Bools = (working.reshape(-1, 7) & (capacity.weekly_qty != 0)).any(axis=1)
    return picks


def _calendars_of(warehouse_id: Ints, context: Context) -> list[Calendar]:
    """Return the calendar that each warehouse works by: its own, or the company's."""
    sites = context.sites
    if sites is None:
        return [context.calendar] * len(warehouse_id)
    calendars = sites.calendars()
    own = dict(zip(sites.warehouse_id.tolist(), sites.warehouse_calendar.tolist(), strict=True))
    return [calendars[own.get(warehouse, 0)] for warehouse in warehouse_id.tolist()]


class _Days:
    """One warehouse's working days from today on: what is left of each, and where the next day with capacity is."""

    __slots__ = ("_dates", "_left", "_next", "_special", "_today", "_weekly", "_working_days")

    def __init__(self, capacity: Capacity, place: int, today: int, working_days: WorkingDays) -> None:
        own = capacity.special_place == place
        self._weekly: list[int] = capacity.weekly_qty[place].tolist()
        self._special = dict(zip(capacity.special_day[own].tolist(), capacity.special_qty[own].tolist(), strict=True))
        self._today, self._working_days = today, working_days
        self._dates: list[int] = []
        self._left: dict[int, int] = {}
        self._next: dict[int, int] = {}
        if self._units(0) != NO_LIMIT and self._dates[0] == today:  # what is picked on a closed day is no other day's
            self._left[0] = max(self._units(0) - int(capacity.picked_today[place]), 0)

    def take(self, day: int, qty: int) -> int:
        """Use ``qty`` of the earliest capacity from a day on; return the day of the last unit."""
        while True:
            day = self._first_free(day)
            left = self._left.setdefault(day, self._units(day))
            if left == NO_LIMIT:
                return day
            if qty < left:
                self._left[day] = left - qty
                return day
            self._left[day] = 0
            self._next[day] = day + 1
            qty -= left
            if not qty:
                return day
            day += 1

    def left(self) -> list[tuple[int, int]]:
        """Return the days of which something was used, and what is left of them."""
        return [(self._dates[day], units) for day, units in sorted(self._left.items()) if units != NO_LIMIT]

    def _units(self, day: int) -> int:
        """Return what the warehouse picks on the working day ``day`` after today's; its own figure first."""
        while day >= len(self._dates):
            ahead = np.arange(len(self._dates), len(self._dates) + AHEAD)
            self._dates += self._working_days.add(np.full(AHEAD, self._today, dtype=np.int64), ahead).tolist()
        date = self._dates[day]
        return self._special.get(date, self._weekly[(date - 1) % 7])

    def _first_free(self, day: int) -> int:
        """Follow the days that are full, and let them all point to the end of the chain."""
        end = day
        while end in self._next:
            end = self._next[end]
        while day in self._next:
            self._next[day], day = end, self._next[day]
        return end
