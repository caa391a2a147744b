"""A customer in figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from orders.models import OrderLine, OrderPlan

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class CustomerFigures:
    """What a customer has open now and ordered in the last twelve months, in pounds."""

    open_orders: int
    open_value: Decimal
    year_value: Decimal


def customer_figures(customer_id: int) -> CustomerFigures:
    """Read the figures in two aggregate queries."""
    now = OrderPlan.objects.filter(order__customer_id=customer_id).aggregate(
        orders=Count("pk"), value=Coalesce(Sum("open_value_minor"), 0)
    )
    lines = OrderLine.objects.filter(order__customer_id=customer_id, order__placed_at__gte=timezone.now() - YEAR)
    year = lines.aggregate(value=Sum((F("ordered_qty") - F("cancelled_qty")) * F("unit_price")))["value"]
    return CustomerFigures(now["orders"], Decimal(now["value"]) / 100, year or Decimal(0))
