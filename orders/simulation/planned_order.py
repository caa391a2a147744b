"""One order as a plan sees it, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from orders.models import Reason
from orders.simulation.moves import day_of
from orders.simulation.outlook import Outlook


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """What an order gets: its place in line, its date, how many of its open units now."""

    rank: int
    eta_p50: date | None
    eta_p90: date | None
    reason: str
    units: int
    units_ready: int


def planned_order(outlook: Outlook, order_id: int) -> PlannedOrder | None:
    """Return what a plan gives to an order; None where it does not plan it. O(log n)."""
    at = int(np.searchsorted(outlook.order_id, order_id))
    if at == len(outlook.order_id) or outlook.order_id[at] != order_id:
        return None
    return PlannedOrder(
        rank=int(outlook.rank[at]),
        eta_p50=day_of(outlook.eta[at]),
        eta_p90=day_of(outlook.eta_p90[at]),
        reason=Reason(int(outlook.reason[at])).label,
        units=int(outlook.open_units[at]),
        units_ready=int(outlook.ready_units[at]),
    )
