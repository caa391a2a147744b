"""The whole backlog in nine numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from inventory.models import DirtyMark
from orders.models import Allocation, Order, OrderLine, OrderPlan, OrderStatus
from orders.queries.promises import revenue_at_risk
from orders.queries.status import conditions, is_held


@dataclass(frozen=True, slots=True)
class BacklogTotals:
    """``backordered_units`` are open units without an allocation; ``late_orders`` as on the board."""

    open_orders: int
    open_lines: int
    open_value: Decimal
    late_orders: int
    allocated_units: int
    backordered_units: int
    revenue_at_risk: Decimal
    unplanned_changes: int
    as_of: datetime


def backlog_totals(now: datetime) -> BacklogTotals:
    """Count the backlog as it is, planned or not: six aggregate queries over open rows."""
    lines = OrderLine.objects.filter(open_qty__gt=0, order__status=OrderStatus.OPEN).aggregate(
        lines=Count("pk"),
        units=Coalesce(Sum("open_qty"), 0),
        value=Coalesce(Sum(F("open_qty") * F("unit_price")), Decimal(0)),
    )
    late = conditions(timezone.localdate(now))["late"] & Q(held=False, order__status=OrderStatus.OPEN)
    allocated = Allocation.objects.aggregate(units=Coalesce(Sum("qty"), 0))["units"]
    return BacklogTotals(
        open_orders=Order.objects.filter(status=OrderStatus.OPEN).count(),
        open_lines=lines["lines"],
        open_value=lines["value"],
        late_orders=OrderPlan.objects.annotate(held=is_held()).filter(late).count(),
        allocated_units=allocated,
        backordered_units=lines["units"] - allocated,
        revenue_at_risk=revenue_at_risk(),
        unplanned_changes=DirtyMark.objects.count(),
        as_of=now,
    )
