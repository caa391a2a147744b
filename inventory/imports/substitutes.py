"""Substitute lists from a file: one row a substitute, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from inventory.imports.cells import CellErrors, whole
from inventory.imports.grouping import group
from inventory.imports.running import Outcome, Part, run
from inventory.imports.table import Row, read_table
from inventory.models import Substitute, SubstituteWhen
from inventory.substitutes import SubstituteIn, change_substitutes, list_of
from kernel.people import Actor
from kernel.transactions import rehearse

REQUIRED = ("product", "substitute")
OPTIONAL = ("units", "per", "when", "needs_consent")
_YES, _NO = {"yes", "true", "1"}, {"no", "false", "0"}


def import_substitutes(path: Path, *, good_rows: bool, encoding: str, actor: Actor | None, now: datetime) -> Outcome:
    """Replace the lists of the products of a CSV file; products that it does not name keep theirs."""
    table = read_table(path, required=REQUIRED, optional=OPTIONAL, encoding=encoding)
    cells = CellErrors()
    cells.errors.extend(table.errors)
    parts = [_part(rows, cells, actor, now) for rows in group(table.rows, "product", cells=cells)]
    outcome = Outcome(errors=cells.errors, refused=len(cells.errors))
    return run(parts, outcome, good_rows=good_rows)


def _part(rows: Sequence[Row], cells: CellErrors, actor: Actor | None, now: datetime) -> Part:
    wanted = [_substitute(row, cells) for row in rows]
    change = partial(change_substitutes, rows[0]["product"], substitutes=wanted, actor=actor, now=now)

    def do() -> bool:
        there = Substitute.objects.filter(product__sku__iexact=rows[0]["product"]).select_related("substitute")
        before = list_of(there)
        change()
        return before != list_of(there.all())

    columns = {"sku": "substitute"}
    attempt = partial(rehearse, change_substitutes, *change.args, **change.keywords)
    return Part(rows=rows, rehearse=attempt, do=do, columns=columns)


def _substitute(row: Row, cells: CellErrors) -> SubstituteIn:
    def ratio(cell: str) -> int:
        return whole(cell) if cell else 1

    return SubstituteIn(
        sku=row["substitute"],
        units=cells.read(row, "units", ratio, default=1),
        per=cells.read(row, "per", ratio, default=1),
        when=row["when"] or SubstituteWhen.ANY,
        needs_consent=cells.read(row, "needs_consent", _flag, default=True),
    )


def _flag(cell: str) -> bool:
    """Return whether a cell says yes; nothing is yes, since asking is safer."""
    if cell.lower() in _NO:
        return False
    if cell and cell.lower() not in _YES:
        raise ValueError(f"{cell[:40]!r} is neither yes nor no.")
    return True
