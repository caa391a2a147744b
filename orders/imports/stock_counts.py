"""Stock counts from a file: one row per product and warehouse sets what is on hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from inventory.imports.cells import CellErrors, whole
from inventory.imports.running import Outcome, Part, run
from inventory.imports.table import Row, RowError, read_table
from kernel.people import Actor
from kernel.transactions import rehearse
from orders.stock_corrections import count_stock

REQUIRED = ("sku", "warehouse", "counted")
DEFAULT_REASON = "Imported count"


def import_stock(path: Path, *, good_rows: bool, encoding: str, actor: Actor | None, now: datetime) -> Outcome:
    """Book the counts of a CSV file; levels that agree with their count stay as they are."""
    table = read_table(path, required=REQUIRED, optional=("reason",), encoding=encoding)
    cells = CellErrors()
    cells.errors.extend(table.errors)
    seen: dict[tuple[str, str], Row] = {}
    parts = [part for row in table.rows if (part := _part(row, seen, cells, actor, now)) is not None]
    outcome = Outcome(errors=cells.errors, refused=len(cells.errors))
    return run(parts, outcome, good_rows=good_rows)


def _part(
    row: Row, seen: dict[tuple[str, str], Row], cells: CellErrors, actor: Actor | None, now: datetime
) -> Part | None:
    before = len(cells.errors)
    first = seen.setdefault((row["sku"].upper(), row["warehouse"]), row)
    if first is not row:
        cells.errors.append(RowError(row.line, "sku", f"{row['sku'][:40]!r} was counted on line {first.line} already."))
    counted = cells.read(row, "counted", whole, default=0)
    if len(cells.errors) > before:
        return None
    sku, warehouse, reason = row["sku"], row["warehouse"], row["reason"] or DEFAULT_REASON

    def do() -> bool:
        booked = count_stock(sku=sku, warehouse_code=warehouse, counted=counted, reason=reason, actor=actor, now=now)
        return booked is not None

    def try_out() -> None:
        rehearse(count_stock, sku=sku, warehouse_code=warehouse, counted=counted, reason=reason, actor=actor, now=now)

    return Part(rows=[row], rehearse=try_out, do=do)
