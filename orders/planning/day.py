"""What rules may read of the day of a run, the same for every line: the company's day, by its calendar.

docs/planning.md, section The day and what was told.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date

import numpy as np

from orders.planning.attributes import CATALOGUE, MONTHS, WEEKDAYS, Kind
from orders.planning.types import Attribute, Attributes, Context

DAY_COLUMNS = frozenset(name for name, spec in CATALOGUE.items() if spec.is_same_for_all)


def facts_of_day(context: Context) -> dict[str, float | str]:
    """Return what there is to know of a run's day, by attribute."""
    day = date.fromordinal(context.today)
    return {
        "time.weekday": WEEKDAYS[day.weekday()],
        "time.month": MONTHS[day.month - 1],
        "time.day_of_month": float(day.day),
        "time.days_to_month_end": float(monthrange(day.year, day.month)[1] - day.day),
        "time.is_working_day": float(context.calendar.is_working(context.today)),
    }


def day_columns(names: Collection[str], context: Context, rows: int) -> Attributes:
    """Return those of the named columns that tell of the day, ``rows`` long."""
    asked = DAY_COLUMNS.intersection(names)
    facts = facts_of_day(context) if asked else {}
    return {name: _repeated(name, facts[name], rows) for name in sorted(asked)}


def _repeated(name: str, value: float | str, rows: int) -> Attribute:
    spec = CATALOGUE[name]
    if spec.kind is not Kind.TEXT:
        return Attribute(np.full(rows, value, dtype=np.float64))
    return Attribute(np.full(rows, spec.choices.index(str(value)), dtype=np.int64), spec.choices)
