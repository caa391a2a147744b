"""Purchase orders from a file: one order per ``ref``, one line per row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path

from inventory.imports.cells import CellErrors, day, whole
from inventory.imports.grouping import group, same_in_all
from inventory.imports.running import Outcome, Part, run
from inventory.imports.table import Row, read_table
from inventory.models import PurchaseOrder
from inventory.purchasing import PurchaseLine, create_purchase_order
from kernel.errors import Conflict
from kernel.people import Actor
from kernel.transactions import rehearse

REQUIRED = ("ref", "supplier", "expected_on", "sku", "warehouse", "qty")


def import_purchase_orders(
    path: Path, *, good_rows: bool, encoding: str, actor: Actor | None, now: datetime
) -> Outcome:
    """Create the purchase orders of a CSV file; those that exist with the same content stay as they are."""
    table = read_table(path, required=REQUIRED, encoding=encoding)
    cells = CellErrors()
    cells.errors.extend(table.errors)
    parts = [
        part for rows in group(table.rows, "ref", cells=cells) if (part := _part(rows, cells, actor, now)) is not None
    ]
    outcome = Outcome(errors=cells.errors, refused=len(cells.errors))
    return run(parts, outcome, good_rows=good_rows)


def _part(rows: Sequence[Row], cells: CellErrors, actor: Actor | None, now: datetime) -> Part | None:
    before = len(cells.errors)
    same_in_all(rows, ("supplier", "expected_on"), cells=cells)
    expected_on = cells.read(rows[0], "expected_on", day, default=now.date())
    lines = [
        PurchaseLine(sku=row["sku"], warehouse=row["warehouse"], qty=cells.read(row, "qty", whole, default=1))
        for row in rows
    ]
    if len(cells.errors) > before:
        return None
    head = rows[0]
    create = partial(
        create_purchase_order,
        ref=head["ref"],
        supplier_code=head["supplier"],
        expected_on=expected_on,
        lines=lines,
        actor=actor,
        now=now,
    )

    def do() -> bool:
        if _is_there(head["ref"], head["supplier"], expected_on, lines):
            return False
        create()
        return True

    def try_out() -> None:
        if not _is_there(head["ref"], head["supplier"], expected_on, lines):
            rehearse(create_purchase_order, **create.keywords)

    return Part(rows=rows, rehearse=try_out, do=do)


def _is_there(ref: str, supplier: str, expected_on: date, lines: Sequence[PurchaseLine]) -> bool:
    """Return whether the same order exists; raise Conflict when one of that ref was ordered with other content."""
    order = PurchaseOrder.objects.filter(ref=ref).select_related("supplier").first()
    if order is None:
        return False
    there = [
        (line.product.sku.upper(), line.warehouse.code, line.ordered_qty, line.first_expected_on)
        for line in order.lines.select_related("product", "warehouse").order_by("position")
    ]
    # The first dates are compared: a supplier may have moved the order since the file was written.
    wanted = [(line.sku.upper(), line.warehouse, line.qty, expected_on) for line in lines]
    if there == wanted and order.supplier.code == supplier:
        return True
    raise Conflict(
        f"{ref} exists already, with other content. Re-date or cancel that one, or use another ref.",
        fields={"ref": f"{ref} exists already, with other content."},
    )
