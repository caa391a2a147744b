"""Closed days from a file: one row a day, of calendars that exist."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path

from inventory.calendars import close_day
from inventory.imports.cells import CellErrors, day
from inventory.imports.running import Outcome, Part, run
from inventory.imports.table import Row, read_table
from inventory.models import ClosedDay
from kernel.people import Actor
from kernel.transactions import rehearse

REQUIRED = ("calendar", "day")
OPTIONAL = ("note",)


def import_closed_days(path: Path, *, good_rows: bool, encoding: str, actor: Actor | None, now: datetime) -> Outcome:
    """Close the days of a CSV file; those that are closed with the same note stay as they are."""
    table = read_table(path, required=REQUIRED, optional=OPTIONAL, encoding=encoding)
    cells = CellErrors()
    cells.errors.extend(table.errors)
    parts = [_part(row, cells.read(row, "day", day, default=now.date()), actor, now) for row in table.rows]
    outcome = Outcome(errors=cells.errors, refused=len(cells.errors))
    return run(parts, outcome, good_rows=good_rows)


def _part(row: Row, on: date, actor: Actor | None, now: datetime) -> Part:
    close = partial(close_day, row["calendar"], day=on, note=row["note"], actor=actor, now=now)

    def do() -> bool:
        if ClosedDay.objects.filter(calendar__code=row["calendar"], day=on, note=row["note"]).exists():
            return False
        close()
        return True

    return Part(rows=[row], rehearse=lambda: rehearse(close_day, *close.args, **close.keywords), do=do)
