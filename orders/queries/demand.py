"""What customers asked for, week by week: the history that forecasts learn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Min
from django.utils import timezone

from inventory.models import Product
from orders.models import Order
from orders.replanning.bulk import Columns, copy_out

WEEKS_READ = 156  # three years: two seasons to learn, one to compare

# A week belongs to the shop's own calendar, not to UTC's.
_WEEKLY_DEMAND = """
    SELECT line.product_id::bigint AS product_id,
           date_trunc('week', placed.placed_at AT TIME ZONE %(zone)s)::date AS week_on,
           sum(line.ordered_qty - line.cancelled_qty)::bigint AS qty
    FROM orders_orderline line JOIN orders_order placed ON placed.id = line.order_id
    WHERE placed.placed_at >= %(from_at)s AND placed.placed_at < %(until_at)s
    GROUP BY 1, 2 HAVING sum(line.ordered_qty - line.cancelled_qty) > 0
    ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class DemandHistory:
    """Units ordered a product and week: columns product_id, week_on (day ordinals of Mondays) and qty.

    Weeks run from ``from_on`` to before ``until_on``, both Mondays. A product's missing week sold nothing.
    """

    from_on: date
    until_on: date
    rows: Columns


def weekly_demand(*, today: date, weeks: int = WEEKS_READ) -> DemandHistory:
    """Sum ordered less cancelled units over the last ``weeks`` complete weeks, Monday to Sunday.

    The week of ``today`` is incomplete and left out; so is the week of the first order unless that came on a Monday.
    Orders are demand whether or not there was stock. One sequential read of the lines of that time.
    """
    until_on = _monday(today)
    from_on = max(until_on - timedelta(weeks=weeks), _first_complete_week() or until_on)
    from_on = min(from_on, until_on)
    params = {
        "zone": timezone.get_current_timezone_name(),
        "from_at": _midnight(from_on),
        "until_at": _midnight(until_on),
    }
    rows = copy_out(_WEEKLY_DEMAND, params, {"product_id": "int8", "week_on": "date", "qty": "int8"})
    return DemandHistory(from_on, until_on, rows)


def forecast_products(*, active_only: bool) -> list[tuple[int, str]]:
    """Return (product id, category) of those to forecast, by id."""
    products = Product.objects.filter(is_active=True) if active_only else Product.objects.all()
    return list(products.order_by("pk").values_list("pk", "category"))


def _first_complete_week() -> date | None:
    first_at = Order.objects.aggregate(first=Min("placed_at"))["first"]
    if first_at is None:
        return None
    first_on = timezone.localdate(first_at)
    return first_on if first_on.weekday() == 0 else _monday(first_on) + timedelta(weeks=1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
