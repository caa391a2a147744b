"""Working days of the replay: Monday to Friday, as date ordinals."""

from __future__ import annotations

from datetime import date

WEEK = 7
WORKING = 5


def is_working(day: int) -> bool:
    return weekday(day) < WORKING


def weekday(day: int) -> int:
    """Return 0 for Monday to 6 for Sunday (ordinal 1 was a Monday)."""
    return (day - 1) % WEEK


def add_working(day: int, days: int) -> int:
    """Return the ``days``-th working day after ``day``; 0 gives ``day`` itself or the next working day."""
    while not is_working(day):
        day += 1
    for _ in range(days):
        day += 1
        while not is_working(day):
            day += 1
    return day


def subtract_working(day: int, days: int) -> int:
    """Return the ``days``-th working day before ``day``, a working day."""
    for _ in range(days):
        day -= 1
        while not is_working(day):
            day -= 1
    return day


def weeks_between(file_day: date, day: date) -> int:
    """Return the least number of whole weeks that bring ``file_day`` to ``day`` or later."""
    return -(-(day - file_day).days // WEEK)
