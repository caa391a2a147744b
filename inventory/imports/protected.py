"""Protected stock from a file: the units kept back of a product in a warehouse."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from inventory.imports.cells import CellErrors, whole
from inventory.imports.running import Outcome, Part, run
from inventory.imports.table import Row, read_table
from inventory.models import StockLevel
from inventory.protecting import protect_stock
from kernel.people import Actor
from kernel.transactions import rehearse

REQUIRED = ("sku", "warehouse", "units")


def import_protected(path: Path, *, good_rows: bool, encoding: str, actor: Actor | None, now: datetime) -> Outcome:
    """Keep back what a CSV file says; rows that say what is kept back already change nothing."""
    table = read_table(path, required=REQUIRED, encoding=encoding)
    cells = CellErrors()
    cells.errors.extend(table.errors)
    parts = [_part(row, cells.read(row, "units", whole, default=0), actor, now) for row in table.rows]
    outcome = Outcome(errors=cells.errors, refused=len(cells.errors))
    return run(parts, outcome, good_rows=good_rows)


def _part(row: Row, units: int, actor: Actor | None, now: datetime) -> Part:
    protect = partial(protect_stock, row["sku"], warehouse_code=row["warehouse"], units=units, actor=actor, now=now)

    def do() -> bool:
        level = StockLevel.objects.filter(product__sku__iexact=row["sku"], warehouse__code=row["warehouse"]).first()
        if (level.protected if level else 0) == units:
            return False
        protect()
        return True

    return Part(rows=[row], rehearse=lambda: rehearse(protect_stock, *protect.args, **protect.keywords), do=do)
