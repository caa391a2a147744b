"""Who chooses the orders to complete, rank or the optimiser: JSON → a word of ``rules.Policy``."""

from __future__ import annotations

from collections.abc import Collection

from orders.planning import schema
from orders.planning.reading import Json, Report, read_choice

SCORED = ("priority", "automated", "hybrid")  # strategies whose scores add up to what an order is worth


def read_whole_orders(members: dict[str, Json], dividers: Collection[str], report: Report) -> str:
    """Return ``chosen`` or ``by_rank``, noting every problem; where it is not said, only automated chooses."""
    divided = [name for name in dividers if name in members]
    if "whole_orders" not in members:
        return "chosen" if report.strategy == "automated" and not divided else "by_rank"
    said = read_choice(members["whole_orders"], "whole_orders", report, schema.WHOLE_ORDERS)
    if said == "chosen" and report.strategy not in SCORED:
        report.add("whole_orders", f"chosen needs points to weigh orders by: strategy {', '.join(SCORED)}")
    if said == "chosen" and divided:
        report.add("whole_orders", f"chosen does not go together with {divided[0]}: that divides the stock already")
    return said
