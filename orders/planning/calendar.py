"""Working days on day ordinals."""

from __future__ import annotations

import numpy as np

from orders.planning.types import Calendar, Context, Ints

EPOCH_ORDINAL = 719_163  # date(1970, 1, 1).toordinal()


class WorkingDays:
    """A calendar made ready for arrays: build one a run, use it for every column."""

    def __init__(self, calendar: Calendar) -> None:
        if not any(calendar.weekmask):
            raise ValueError("calendar.weekmask: at least one day of the week must be a working day")
        holidays = np.asarray(calendar.holidays, dtype=np.int64) - EPOCH_ORDINAL
        self._calendar = np.busdaycalendar(weekmask=list(calendar.weekmask), holidays=holidays.astype("datetime64[D]"))

    def add(self, days: Ints, working_days: Ints | int) -> Ints:
        """Return the working day ``working_days`` after the first working day on or after each of ``days``.

        Adding 0 rolls forward to a working day. O(n).
        """
        start = (days - EPOCH_ORDINAL).astype("datetime64[D]")
        moved = np.busday_offset(start, working_days, roll="forward", busdaycal=self._calendar)
        return moved.astype(np.int64) + EPOCH_ORDINAL

    def before(self, days: Ints, working_days: int) -> Ints:
        """Return the last working day from which ``working_days`` later it is not after each of ``days``. O(n)."""
        start = (days - EPOCH_ORDINAL).astype("datetime64[D]")
        moved = np.busday_offset(start, -working_days, roll="backward", busdaycal=self._calendar)
        return moved.astype(np.int64) + EPOCH_ORDINAL

    def between(self, start: int, days: Ints) -> Ints:
        """Return for each day, none before ``start``, how many working days its own is after that of ``start``.

        The inverse of ``add``: a day counts as the first working day on or after it. O(n).
        """
        first, own = self.add_to_day(start, 0), self.add(days, 0)
        begin = np.datetime64(first - EPOCH_ORDINAL, "D")
        counted = np.busday_count(begin, (own - EPOCH_ORDINAL).astype("datetime64[D]"), busdaycal=self._calendar)
        return np.asarray(counted, dtype=np.int64)

    def add_to_day(self, day: int, working_days: int) -> int:
        """Return ``add`` of a single day."""
        return int(self.add(np.array([day], dtype=np.int64), working_days)[0])


class SiteDays:
    """Whose working days count where: suppliers on the way, warehouses once units are there."""

    def __init__(self, context: Context) -> None:
        self._context, self._sites = context, context.sites
        self._own = [WorkingDays(calendar) for calendar in self._sites.calendars()] if self._sites else []

    def arrive(self, source_id: Ints, start: Ints, delay: Ints) -> Ints:
        """Return the day ``delay`` working days of each source's supplier after ``start``. O(n)."""
        assert self._sites is not None
        return self._add(start, delay, _looked_up(self._sites.source_id, self._sites.source_calendar, source_id))

    def leave(self, warehouse_id: Ints, day: Ints) -> Ints:
        """Return the day on which units that are in a warehouse on ``day`` can leave it. O(n)."""
        assert self._sites is not None
        sites = self._sites
        handling = _looked_up(sites.warehouse_id, sites.handling_days, warehouse_id)
        return self._add(day, handling, _looked_up(sites.warehouse_id, sites.warehouse_calendar, warehouse_id))

    def leave_today(self, warehouse_id: Ints) -> Ints:
        """Return the day on which units that are in a warehouse now can leave it: today, where there are no sites."""
        today = np.full(len(warehouse_id), self._context.today, dtype=np.int64)
        return today if self._sites is None else self.leave(warehouse_id, today)

    def _add(self, days: Ints, working_days: Ints, calendar: Ints) -> Ints:
        moved = days.copy()
        for place, own in enumerate(self._own):
            at = np.flatnonzero(calendar == place)
            moved[at] = own.add(days[at], working_days[at])
        return moved


def _looked_up(keys: Ints, values: Ints, wanted: Ints) -> Ints:
    """Return the value of each wanted key among the ascending ``keys``, 0 where it is not."""
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)
