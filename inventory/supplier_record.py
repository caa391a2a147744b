"""How a supplier keeps its word: what it said, what it did, and how far apart the two usually are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import Min, Sum

from inventory.models import PurchaseOrderLine, Receipt, Supplier
from inventory.suppliers import WINDOW_DAYS, days_late
from inventory.working_days import workdays

MOST_DELIVERIES = 500  # the newest ones; more dots would hide each other


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery: the day it came, and its working days after the day named last (0: on time or early)."""

    on: date
    late_days: int
    ref: str


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """Days from ordering to the day first named, and to arrival; half and nine in ten of them are no longer."""

    promised_p50: int
    actual_p50: int
    actual_p90: int


@dataclass(frozen=True, slots=True)
class SupplierRecord:
    """The last year, at most ``MOST_DELIVERIES`` deliveries. Lateness is in working days of the supplier's calendar.

    A delivery is what came on one day of what was named for one day. ``moved`` counts those of which a part's day had
    been moved later before it came. ``lead`` is None without any delivery.
    """

    arrivals: tuple[Arrival, ...]
    on_time: int
    late_p50: int
    late_p90: int
    moved: int
    received_units: int
    lead: LeadTimes | None
    since: date

    @property
    def on_time_share(self) -> float | None:
        return self.on_time / len(self.arrivals) if self.arrivals else None


def supplier_record(supplier: Supplier, *, today: date) -> SupplierRecord:
    """Read the record in two queries: the calendars, and the newest deliveries."""
    since = today - timedelta(days=WINDOW_DAYS)
    deliveries = (
        Receipt.objects.filter(purchase_order_line__purchase_order__supplier=supplier, received_on__gt=since)
        .values_list("received_on", "expected_on")
        .annotate(
            Min("purchase_order_line__first_expected_on"),
            Min("purchase_order_line__purchase_order__ordered_on"),
            Min("purchase_order_line__purchase_order__ref"),
            Sum("qty"),
        )
        .order_by("-received_on", "-expected_on")[:MOST_DELIVERIES]
    )
    rows = list(deliveries)
    if not rows:
        return SupplierRecord((), 0, 0, 0, 0, 0, None, since)
    received, expected, first, ordered = (
        np.array([row[place] for row in rows], dtype="datetime64[D]") for place in range(4)
    )
    late = days_late(expected, received, workdays(today)[supplier.calendar_id])
    p50, p90 = (int(day) for day in np.quantile(late, [0.5, 0.9], method="inverted_cdf"))
    arrivals = [Arrival(row[0], int(days), row[4]) for row, days in zip(rows, late, strict=True)]
    return SupplierRecord(
        arrivals=tuple(reversed(arrivals)),
        on_time=int((late == 0).sum()),
        late_p50=p50,
        late_p90=p90,
        moved=int((expected > first).sum()),
        received_units=sum(row[5] for row in rows),
        lead=_lead_times((first - ordered).astype(int), (received - ordered).astype(int)),
        since=since,
    )


def outstanding_units(supplier: Supplier) -> int:
    """Return what is still to come of the supplier's open purchase orders."""
    lines = PurchaseOrderLine.objects.filter(
        purchase_order__supplier=supplier, purchase_order__status="open", outstanding_qty__gt=0
    )
    return lines.aggregate(units=Sum("outstanding_qty"))["units"] or 0


def _lead_times(promised: np.ndarray, actual: np.ndarray) -> LeadTimes:
    p50, p90 = np.quantile(actual, [0.5, 0.9], method="inverted_cdf")
    return LeadTimes(int(np.quantile(promised, 0.5, method="inverted_cdf")), int(p50), int(p90))
