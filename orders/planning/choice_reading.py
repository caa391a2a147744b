"""What a policy says to the optimiser and to the model of lateness: JSON → members of ``rules.Policy``."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from orders.planning import schema
from orders.planning.attributes import CATALOGUE
from orders.planning.reading import Json, Report, join, read_choice, read_number, read_object

SCORED = ("priority", "automated", "hybrid")  # strategies whose scores add up to what an order is worth
LEARNING = ("automated", "hybrid")


def read_whole_orders(members: Mapping[str, Json], dividers: Collection[str], report: Report) -> str:
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


def read_lateness_costs(value: Json, place: str, report: Report) -> tuple[tuple[str, float], ...]:
    """Return what lateness costs by tier, in percent of the value, noting every problem in ``report``."""
    members = read_object(value, place, report, (), CATALOGUE["customer.tier"].choices)
    if members is None:
        return ()
    if report.strategy not in LEARNING:
        report.add(place, f"is read by strategy {' and '.join(LEARNING)} alone")
    costs = tuple((tier, read_number(members[tier], join(place, tier), report)) for tier in members)
    for tier, percent in costs:
        if not 0 <= percent <= 100:
            report.add(join(place, tier), "must be a percentage from 0 to 100")
    return costs
