"""Working days on day ordinals."""

from __future__ import annotations

import numpy as np

from orders.planning.types import Calendar, Ints

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
