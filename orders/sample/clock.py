"""Times of day in the replay: naive wall-clock times of the file's place, made aware when they are written."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a time on a day ordinal; minutes beyond the hour run on."""
    return datetime.combine(date.fromordinal(day), time(hour)) + timedelta(minutes=minute)
