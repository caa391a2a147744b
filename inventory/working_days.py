"""Which days are closed, by calendar: public holidays (python-holidays) and days closed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from inventory.models import Calendar

YEARS_BACK, YEARS_AHEAD = 2, 6
MONDAY_TO_FRIDAY = "1111100"


@dataclass(frozen=True, slots=True)
class Workdays:
    """One calendar, ready to count by: seven flags from Monday, and the closed days, ascending."""

    weekdays: tuple[bool, ...]
    closed: tuple[date, ...]


class CalendarRow(NamedTuple):
    """A calendar as it is stored, with the days closed by hand."""

    key: int
    country: str
    subdivision: str
    weekdays: str
    is_company: bool
    closed: Iterable[date]


def workdays(today: date) -> dict[int | None, Workdays]:
    """Return every calendar by its key, and the company's under None. One query."""
    closed = ArrayAgg("closed_days__day", filter=Q(closed_days__isnull=False), default=[])
    rows = Calendar.objects.order_by("pk").annotate(closed=closed)
    return count_by(rows.values_list("pk", *CalendarRow._fields[1:]), today)


def count_by(rows: Iterable[tuple[Any, ...]], today: date) -> dict[int | None, Workdays]:
    """Return calendars, given as the fields of ``CalendarRow``, ready to count by, as ``workdays`` does.

    Public holidays reach from two years before today to six after it; later days are closed at weekends only.
    """
    found: dict[int | None, Workdays] = {None: Workdays(_flags(MONDAY_TO_FRIDAY), ())}
    for row in map(CalendarRow._make, rows):
        own = Workdays(_flags(row.weekdays), tuple(sorted({*_holidays_of(row, today), *row.closed})))
        found[row.key] = own
        if row.is_company:
            found[None] = own
    return found


def holidays_ahead(calendar: Calendar, today: date) -> list[tuple[date, str]]:
    """Return the public holidays of a calendar from today through next year, with their names in English."""
    import holidays

    if not calendar.country:
        return []
    years = (today.year, today.year + 1)
    named = holidays.country_holidays(
        calendar.country, subdiv=calendar.subdivision or None, years=years, language="en_US"
    )
    return sorted((day, name) for day, name in named.items() if day >= today)


def known_subdivisions() -> Mapping[str, Iterable[str]]:
    """Return the countries whose public holidays are known, each with its parts."""
    import holidays

    subdivisions: Mapping[str, Iterable[str]] = holidays.list_supported_countries(include_aliases=False)
    return subdivisions


def _flags(weekdays: str) -> tuple[bool, ...]:
    return tuple(flag == "1" for flag in weekdays)


def _holidays_of(calendar: CalendarRow, today: date) -> frozenset[date]:
    if not calendar.country:
        return frozenset()
    return _public_holidays(calendar.country, calendar.subdivision, today.year - YEARS_BACK, today.year + YEARS_AHEAD)


@lru_cache(maxsize=64)
def _public_holidays(country: str, subdivision: str, first: int, last: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=range(first, last + 1)))
