"""Customer orders from a file: one order per (channel, external id), one line per row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from inventory.imports.cells import CellErrors, day_or_none, moment_or_none, price, whole
from inventory.imports.grouping import group, same_in_all
from inventory.imports.running import Outcome, Part, run
from inventory.imports.table import Row, read_table
from kernel.people import Actor
from kernel.transactions import rehearse
from orders.entry.intake import CustomerIn, LineIn, OrderIn, take_in
from orders.models import ShipPolicy, SubstituteConsent

ORDER_COLUMNS = (
    "customer_code",
    "customer_name",
    "customer_email",
    "customer_tier",
    "placed_at",
    "requested_on",
    "ship_policy",
    "substitutes",
    "ship_to",
)
REQUIRED = ("channel", "external_id", "customer_code", "sku", "qty")
OPTIONAL = (*(column for column in ORDER_COLUMNS if column not in REQUIRED), "unit_price")


def import_orders(path: Path, *, good_rows: bool, encoding: str, actor: Actor | None, now: datetime) -> Outcome:
    """Take in the orders of a CSV file, each once: those that are there with the same content stay as they are."""
    table = read_table(path, required=REQUIRED, optional=OPTIONAL, encoding=encoding)
    cells = CellErrors()
    cells.errors.extend(table.errors)
    groups = group(table.rows, "channel", "external_id", cells=cells)
    parts = [part for rows in groups if (part := _part(rows, cells, actor, now)) is not None]
    outcome = Outcome(errors=cells.errors, refused=len(cells.errors))
    return run(parts, outcome, good_rows=good_rows)


def _part(rows: Sequence[Row], cells: CellErrors, actor: Actor | None, now: datetime) -> Part | None:
    before = len(cells.errors)
    same_in_all(rows, ORDER_COLUMNS, cells=cells)
    order = _read_order(rows, cells)
    if len(cells.errors) > before:
        return None

    def do() -> bool:
        _order, created = take_in(order, actor=actor, now=now)
        return created

    def try_out() -> None:
        rehearse(take_in, order, actor=actor, now=now)

    return Part(rows=rows, rehearse=try_out, do=do)


def _read_order(rows: Sequence[Row], cells: CellErrors) -> OrderIn:
    head = rows[0]
    return OrderIn(
        channel=head["channel"],
        external_id=head["external_id"],
        customer=CustomerIn(
            code=head["customer_code"],
            name=head["customer_name"],
            email=head["customer_email"],
            tier=head["customer_tier"].lower(),
        ),
        lines=[
            LineIn(
                sku=row["sku"],
                qty=cells.read(row, "qty", whole, default=1),
                unit_price=cells.read(row, "unit_price", price, default=None),
            )
            for row in rows
        ],
        placed_at=cells.read(head, "placed_at", moment_or_none, default=None),
        requested_on=cells.read(head, "requested_on", day_or_none, default=None),
        ship_policy=head["ship_policy"].lower() or ShipPolicy.PARTIAL,
        ship_to=head["ship_to"],
        substitutes=head["substitutes"].lower() or SubstituteConsent.ASK,
    )
