"""Numbers and days within reason: what is outside is refused with words instead of failing in the database."""

from __future__ import annotations

from datetime import date

from django.utils.dateparse import parse_date

from kernel.errors import Invalid

MAX_QTY = 1_000_000
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


def whole_number(text: str, *, digits: int = 9) -> int | None:
    """Return the number that a form or an address says in plain digits, at most so many; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def check_qty(value: int, *, field: str, low: int = 1, high: int = MAX_QTY) -> int:
    """Return ``value`` when it is a whole number within ``low``..``high``; raise Invalid naming ``field``."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        wrong = f"Give a whole number from {low:,} to {high:,}."
        raise Invalid(wrong, fields={field: wrong})
    return value


def read_day(text: str, *, field: str) -> date:
    """Return the day that a person typed or chose, ``YYYY-MM-DD``; raise Invalid naming ``field`` when it is none."""
    try:
        day = parse_date(text)
    except ValueError:  # the 31st of a short month
        day = None
    if day is None:
        raise Invalid("Choose a date from today on.", fields={field: "Choose a date from today on."})
    return day


def check_day(value: date, *, field: str, first: date = FIRST_DAY, last: date = LAST_DAY) -> date:
    """Return ``value`` when it lies within ``first``..``last``; raise Invalid naming ``field``."""
    if not first <= value <= last:
        wrong = f"Give a day from {first:%-d %B %Y} to {last:%-d %B %Y}."
        raise Invalid(wrong, fields={field: wrong})
    return value
