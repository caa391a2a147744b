"""How we kept our word to one customer: what left by its promised day, month by month, and what still is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone

from orders.models import EtaRevision, EtaRevisionKind, Order, OrderPlan, OrderStatus

MONTHS = 12
CLOSED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Month:
    """Orders that left in a month, by whether the day promised first was kept."""

    on: date
    kept: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class PromiseRecord:
    """The last twelve months, this one included. ``overdue`` orders wait past their promised day.

    ``late_days`` is how late those that left late were on average; ``slips`` counts changes of a date to a later day.
    """

    months: tuple[Month, ...]
    overdue: int
    late_days: float | None
    slips: int
    told: int

    @property
    def kept(self) -> int:
        return sum(month.kept for month in self.months)

    @property
    def late(self) -> int:
        return sum(month.late for month in self.months)

    @property
    def kept_share(self) -> float | None:
        return self.kept / (self.kept + self.late) if self.kept + self.late else None


def promise_record(customer_id: int, *, today: date) -> PromiseRecord:
    """Read the record in four queries over the customer's own orders."""
    first = months_before(today, MONTHS - 1)
    since = timezone.make_aware(datetime.combine(first, time.min))
    left = Order.objects.filter(
        customer=customer_id, status=OrderStatus.SHIPPED, closed_at__gte=since, promise__isnull=False
    )
    is_late = Q(promise__promised_on__lt=TruncDate("closed_at"))
    by_month = {
        timezone.localdate(row["month"]): Month(timezone.localdate(row["month"]), row["kept"], row["late"])
        for row in left.order_by()
        .values(month=TruncMonth("closed_at"))
        .annotate(kept=Count("pk", filter=~is_late), late=Count("pk", filter=is_late))
    }
    months = (months_before(today, back) for back in reversed(range(MONTHS)))
    lateness = left.filter(is_late).aggregate(days=Avg(TruncDate("closed_at") - F("promise__promised_on")))["days"]
    return PromiseRecord(
        months=tuple(by_month.get(month, Month(month)) for month in months),
        overdue=OrderPlan.objects.filter(
            order__customer=customer_id, order__status=OrderStatus.OPEN, promised_on__lt=today
        ).count(),
        late_days=lateness.total_seconds() / 86_400 if lateness else None,
        **_changes(customer_id, since),
    )


def months_before(today: date, back: int) -> date:
    """Return the first day of the month so many months before today's."""
    month = today.year * 12 + today.month - 1 - back
    return date(month // 12, month % 12 + 1, 1)


def latest_closed(customer_id: int) -> QuerySet[Order]:
    """Return the orders that left or were cancelled last, with their promises."""
    closed = Order.objects.filter(customer=customer_id).exclude(status=OrderStatus.OPEN)
    return closed.select_related("promise").order_by("-placed_at")[:CLOSED_SHOWN]


def _changes(customer_id: int, since: datetime) -> dict[str, Any]:
    orders = Order.objects.filter(customer=customer_id, placed_at__gte=since)
    revisions = EtaRevision.objects.filter(order__in=orders.order_by())
    is_slip = Q(kind=EtaRevisionKind.PLANNED, old_on__isnull=False, new_on__gt=F("old_on"))
    return revisions.aggregate(slips=Count("pk", filter=is_slip), told=Count("pk", filter=Q(kind=EtaRevisionKind.TOLD)))
