"""A customer in figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from notifications.models import Delivery
from orders.models import Feedback, OrderLine, OrderPlan
from orders.queries.board import SORTS, BoardRow, as_shown, open_plans, rows_of
from orders.queries.status import conditions

YEAR = timedelta(days=365)
OPEN_SHOWN, MESSAGES_SHOWN, FEEDBACK_SHOWN = 50, 8, 5


@dataclass(frozen=True, slots=True)
class CustomerFigures:
    """What a customer has open now and ordered in the last twelve months, in the currency."""

    open_orders: int
    open_value: Decimal
    year_value: Decimal


@dataclass(frozen=True, slots=True)
class OpenFigures:
    """A customer's open orders by how they stand; values in pence."""

    orders: int
    value_minor: int
    late: int
    on_hold: int
    untold: int
    ready: int


def customer_figures(customer_id: int) -> CustomerFigures:
    """Read the figures in two aggregate queries."""
    now = OrderPlan.objects.filter(order__customer_id=customer_id).aggregate(
        orders=Count("pk"), value=Coalesce(Sum("open_value_minor"), 0)
    )
    return CustomerFigures(now["orders"], Decimal(now["value"]) / 100, year_value(customer_id))


def year_value(customer_id: int) -> Decimal:
    """Return what a customer ordered in the last twelve months, in the currency."""
    lines = OrderLine.objects.filter(order__customer_id=customer_id, order__placed_at__gte=timezone.now() - YEAR)
    return lines.aggregate(value=Sum((F("ordered_qty") - F("cancelled_qty")) * F("unit_price")))["value"] or Decimal(0)


def open_figures(customer_id: int, *, today: date) -> OpenFigures:
    """Count a customer's open orders as the board does; one query."""
    sets = conditions(today)
    counts = {key: Count("order_id", filter=sets[key]) for key in ("late", "untold", "ready")}
    row = (
        open_plans(today)
        .filter(order__customer=customer_id)
        .aggregate(
            orders=Count("order_id"),
            value_minor=Coalesce(Sum("open_value_minor"), 0),
            on_hold=Count("order_id", filter=Q(held=True)),
            **counts,
        )
    )
    return OpenFigures(**row)


def open_orders(customer_id: int, *, today: date) -> list[BoardRow]:
    """Return the customer's best-ranked open orders as the board shows them: five queries."""
    plans = as_shown(open_plans(today).filter(order__customer=customer_id))
    columns = [f"-{key.name}" if key.is_descending else key.name for key in SORTS["rank"]]
    return rows_of(plans.order_by(*columns)[:OPEN_SHOWN])


def latest_messages(customer_code: str) -> list[Delivery]:
    """Return what the customer was told last, or was to be told."""
    rows = Delivery.objects.filter(customer_code=customer_code).order_by("-pk").defer("body_text", "body_html")
    return list(rows[:MESSAGES_SHOWN])


def latest_feedback(customer_id: int) -> list[Feedback]:
    rows = Feedback.objects.filter(order__customer=customer_id).select_related("order").order_by("-pk")
    return list(rows[:FEEDBACK_SHOWN])
