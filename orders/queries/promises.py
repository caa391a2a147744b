"""How sure and how steady promises are: chances of the backlog, and what the ledger says of the past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
from django.db.models import Avg, Count, F, FloatField, Q, Sum
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.utils import timezone

from orders.models import (
    Decision,
    EtaRevision,
    EtaRevisionKind,
    LinePlan,
    Order,
    OrderPlan,
    OrderStatus,
    Origin,
    Reason,
)
from orders.planning.chance import chance_of_keeping
from orders.planning.types import NO_DAY, Ints

HERE = (Reason.READY, Reason.FROZEN)


@dataclass(frozen=True, slots=True)
class PromiseFigures:
    """The promise ledger since a day. A *slip* is a change to a later day, by the plan.

    ``slips_by_origin`` and ``kept_back`` count changes by whose doing they were and by why the customer was spared.
    ``kept_on_time`` of the ``shipped_orders`` left by the day promised first.
    """

    since: date
    promises: int
    changes: int
    orders_changed: int
    slips: int
    mean_slip_days: float | None
    slips_by_origin: dict[str, int]
    told: int
    kept_back: dict[str, int]
    shipped_orders: int
    kept_on_time: int

    @property
    def changes_per_order(self) -> float | None:
        """How often the date of an order that changed at all has changed."""
        return self.changes / self.orders_changed if self.orders_changed else None

    @property
    def kept_share(self) -> float | None:
        return self.kept_on_time / self.shipped_orders if self.shipped_orders else None


def revenue_at_risk() -> Decimal:
    """Return the sum of open value × (1 − chance that the promise is kept), money, over orders with a promise."""
    value = Cast("open_value_minor", FloatField()) * (1.0 - F("chance"))
    minor = OrderPlan.objects.filter(order__status=OrderStatus.OPEN).aggregate(sum=Coalesce(Sum(value), 0.0))["sum"]
    return Decimal(round(minor)) / 100


def line_chances(plans: Iterable[tuple[LinePlan, date | None]]) -> dict[int, float | None]:
    """Return for each line the chance that it leaves by a day; None where there is no day to keep."""
    rows = list(plans)
    chances = chance_of_keeping(
        _ordinals([day for _, day in rows]),
        _ordinals([plan.eta_p50 for plan, _ in rows]),
        _ordinals([plan.eta_p90 or plan.eta_p50 for plan, _ in rows]),
        np.array([plan.reason in HERE for plan, _ in rows], dtype=np.bool_),
    )
    return {
        plan.line_id: None if day is None else float(chance) for (plan, day), chance in zip(rows, chances, strict=True)
    }


def order_chance(plan: OrderPlan, by: date | None) -> float | None:
    """Return the chance that all of an order leaves by a day."""
    chance = chance_of_keeping(
        _ordinals([by]),
        _ordinals([plan.eta_p50]),
        _ordinals([plan.eta_p90 or plan.eta_p50]),
        np.array([plan.reason in HERE], dtype=np.bool_),
    )
    return None if by is None else float(chance[0])


def promise_figures(now: datetime, *, days: int) -> PromiseFigures:
    """Read the ledger of the last ``days`` days: three aggregates over a range of pages, one over closed orders."""
    since = timezone.localdate(now) - timedelta(days=days)
    start = timezone.make_aware(datetime.combine(since, time.min))
    ledger = EtaRevision.objects.filter(at__gte=start, at__lte=now)
    is_change = Q(kind=EtaRevisionKind.PLANNED, old_on__isnull=False, new_on__isnull=False)
    is_slip = is_change & Q(new_on__gt=F("old_on"))
    row = ledger.aggregate(
        promises=Count("pk", filter=Q(kind=EtaRevisionKind.PROMISED)),
        changes=Count("pk", filter=is_change),
        orders=Count("order", filter=is_change, distinct=True),
        slips=Count("pk", filter=is_slip),
        mean=Avg(F("new_on") - F("old_on"), filter=is_slip),
        told=Count("pk", filter=Q(kind=EtaRevisionKind.TOLD)),
        **{f"by_{origin}": Count("pk", filter=is_slip & Q(origin=origin)) for origin in Origin.values},
        **{f"kept_{d.name.lower()}": Count("pk", filter=Q(decision=d)) for d in _kept_decisions()},
    )
    shipped = Order.objects.filter(
        status=OrderStatus.SHIPPED, closed_at__gte=start, closed_at__lte=now, promise__isnull=False
    ).aggregate(
        orders=Count("pk"),
        on_time=Count("pk", filter=Q(promise__promised_on__gte=TruncDate("closed_at"))),
    )
    return PromiseFigures(
        since=since,
        promises=row["promises"],
        changes=row["changes"],
        orders_changed=row["orders"],
        slips=row["slips"],
        mean_slip_days=None if row["mean"] is None else round(row["mean"] / timedelta(days=1), 2),
        slips_by_origin={origin: row[f"by_{origin}"] for origin in Origin.values},
        told=row["told"],
        kept_back={d.name.lower(): row[f"kept_{d.name.lower()}"] for d in _kept_decisions()},
        shipped_orders=shipped["orders"],
        kept_on_time=shipped["on_time"],
    )


def _kept_decisions() -> Sequence[Decision]:
    return [decision for decision in Decision if decision >= Decision.KEPT_UNKNOWN]


def _ordinals(days: Sequence[date | None]) -> Ints:
    return np.array([NO_DAY if day is None else day.toordinal() for day in days], dtype=np.int64)
