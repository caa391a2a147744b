"""Rows into tables by COPY, with keys chosen here, and the sequences moved past them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def text(value: str) -> str:
    """Return the value as COPY's text format wants it."""
    return value.translate(_ESCAPES)


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows (values that ``str`` turns into COPY text, NULL for none) and return how many.

    ``columns`` are database columns, the key first where the rows bring it; its sequence then goes on after them.
    """
    lines = ["\t".join(map(str, row)) for row in rows]
    table = model._meta.db_table
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', io.StringIO("\n".join(lines)))
        if columns[0] == "id":
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), coalesce(max(id), 1), max(id) IS NOT NULL)"
                f' FROM "{table}"',
                [table],
            )
    return len(lines)
