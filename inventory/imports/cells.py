"""Cells into values. What could be read in two ways is refused with the one way to write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from inventory.imports.table import Row, RowError

T = TypeVar("T")

_WHOLE = re.compile(r"[+-]?\d{1,9}")
_PRICE = re.compile(r"\d{1,9}(\.\d{1,2})?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class CellErrors:
    """Reads cells and collects what is wrong with them, so that a person hears everything at once."""

    def __init__(self) -> None:
        self.errors: list[RowError] = []

    def read(self, row: Row, column: str, parse: Callable[[str], T], *, default: T) -> T:
        """Return the cell as ``parse`` reads it; ``default``, and an error noted, when it cannot."""
        try:
            return parse(row[column])
        except ValueError as error:
            self.errors.append(RowError(row.line, column, str(error)))
            return default


def whole(cell: str) -> int:
    if not _WHOLE.fullmatch(cell):
        raise ValueError(f"{cell[:40]!r} is no whole number. Write digits only, such as 1200.")
    return int(cell)


def price(cell: str) -> Decimal | None:
    """Return the amount, None for an empty cell. A comma could mean thousands or decimals, so there may be none."""
    if not cell:
        return None
    if not _PRICE.fullmatch(cell):
        raise ValueError(f"{cell[:40]!r} is no price. Write it with a point, such as 1234.50.")
    return Decimal(cell)


def day(cell: str) -> date:
    """Return the day, written year-month-day: 03/04/2026 would be two different days to two readers."""
    if not _DAY.fullmatch(cell):
        raise ValueError(f"{cell[:40]!r} could be more than one day. Write it as 2026-11-30 (year-month-day).")
    try:
        return date.fromisoformat(cell)
    except ValueError as error:
        raise ValueError(f"There is no day {cell}.") from error


def day_or_none(cell: str) -> date | None:
    return day(cell) if cell else None


def moment_or_none(cell: str) -> datetime | None:
    """Return the time with its zone, None for an empty cell."""
    if not cell:
        return None
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"{cell[:40]!r} is no time with its zone. Write it as 2026-11-30T14:05:00Z.")
    return moment
