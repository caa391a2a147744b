"""The board as a file: CSV for any number of orders, written as it is read, and XLSX for as many as people look at."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

from kernel.errors import Invalid
from orders.models import Reason, Tier
from orders.queries.board_export import COLUMNS, ExportRow

MAX_XLSX_ROWS = 20_000  # some 4 s; beyond it people want a file that is written while it is sent
BOM = "\ufeff"  # Excel takes a CSV for UTF-8 by this only
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CHOICES: dict[str, Any] = {"reason": Reason, "tier": Tier}
_WIDTHS = {"customer": 28, "status": 12, "reason": 26, "order": 12}


def csv_chunks(rows: Iterable[Sequence[ExportRow]]) -> Iterator[str]:
    """Yield a CSV in pieces, one a chunk of rows: ISO days, plain numbers, and no cell that a spreadsheet would run."""
    yield BOM + _lines([[label for _, label in COLUMNS]])
    for chunk in rows:
        yield _lines([[_cell(name, row[name]) for name, _ in COLUMNS] for row in chunk])


def write_xlsx(rows: Iterable[Sequence[ExportRow]], file: IO[bytes]) -> None:
    """Write one sheet with a frozen heading and filters; raise Invalid for more than 20,000 rows."""
    with xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    ) as book:
        sheet = book.add_worksheet("Backlog")
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for column, (name, label) in enumerate(COLUMNS):
            sheet.set_column(column, column, _WIDTHS.get(name, 11))
            sheet.write_string(0, column, label, bold)
        sheet.freeze_panes(1, 0)
        count = 0
        for chunk in rows:
            if count + len(chunk) > MAX_XLSX_ROWS:
                raise Invalid(
                    f"A spreadsheet holds {MAX_XLSX_ROWS:,} orders at most. Narrow the filter or take the CSV."
                )
            for row in chunk:
                count += 1
                _write_row(sheet, count, row, day)
        sheet.autofilter(0, 0, count, len(COLUMNS) - 1)


def _write_row(sheet: Any, at: int, row: ExportRow, day: Any) -> None:
    for column, (name, _) in enumerate(COLUMNS):
        value = _worded(name, row[name])
        if isinstance(value, date):
            sheet.write_datetime(at, column, value, day)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            sheet.write_number(at, column, value)
        elif value not in (None, ""):
            sheet.write_string(at, column, str(value))


def _lines(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(name: str, value: Any) -> Any:
    """Return what a CSV cell holds. A text that looks like a formula gets an apostrophe before it."""
    value = _worded(name, value)
    if isinstance(value, str) and value.startswith(_STARTS_FORMULA):
        return f"'{value}"
    return value.isoformat() if isinstance(value, date) else value


def _worded(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if name in _CHOICES:
        return _CHOICES[name](value).label
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, datetime):
        return timezone.localdate(value)
    return value
