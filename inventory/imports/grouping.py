"""Rows that belong together: the lines of one order."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.imports.cells import CellErrors
from inventory.imports.table import Row, RowError


def group(rows: Sequence[Row], *columns: str, cells: CellErrors) -> list[list[Row]]:
    """Return the rows by their values in ``columns``, in the file's order; rows lacking one are errors."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        empty = [column for column in columns if not row[column]]
        for column in empty:
            cells.errors.append(RowError(row.line, column, "This is required: it says which rows belong together."))
        if not empty:
            groups.setdefault(tuple(row[column] for column in columns), []).append(row)
    return list(groups.values())


def same_in_all(rows: Sequence[Row], columns: Sequence[str], *, cells: CellErrors) -> None:
    """Note an error for each row that says something else than the first one about what they share."""
    for row in rows[1:]:
        for column in columns:
            if row[column] != rows[0][column]:
                message = f"{row[column][:40]!r}, but line {rows[0].line} says {rows[0][column][:40]!r}."
                cells.errors.append(RowError(row.line, column, message))
