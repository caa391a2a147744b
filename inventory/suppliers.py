"""What a supplier's past receipts say about its next ones."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import numpy as np
from django.utils import timezone

from inventory.dirty import mark_dirty
from inventory.models import PurchaseOrderLine, PurchaseOrderStatus, Receipt, Supplier
from kernel.transactions import entry_verb

WINDOW_DAYS = 365
FEWEST_RECEIPTS = 5  # below that one late lorry would decide; the figures stay as they were typed in


@entry_verb
def refresh_delays(now: datetime) -> int:
    """Measure each supplier's delay (working days after the day named: p50, p90) over the last year's receipts.

    Early counts as on time. Products that wait for a supplier whose figures changed are planned again. Returns how many
    suppliers changed. Locks: the pools, then the suppliers by id.
    """
    measured = _measure(now)
    stored = {supplier.pk: supplier for supplier in Supplier.objects.filter(pk__in=measured)}
    changed = [
        key for key, delays in measured.items() if delays != (stored[key].delay_p50_days, stored[key].delay_p90_days)
    ]
    mark_dirty(_awaited_products(changed), cause="supplier_delay_measured")
    for supplier in Supplier.objects.filter(pk__in=changed).order_by("pk").select_for_update(no_key=True):
        supplier.delay_p50_days, supplier.delay_p90_days = measured[supplier.pk]
        supplier.save(update_fields=["delay_p50_days", "delay_p90_days"])
    return len(changed)


def _measure(now: datetime) -> dict[int, tuple[int, int]]:
    since = timezone.localdate(now) - timedelta(days=WINDOW_DAYS)
    rows = Receipt.objects.filter(received_on__gt=since).values_list(
        "purchase_order_line__purchase_order__supplier", "expected_on", "received_on"
    )
    days: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for supplier, expected_on, received_on in rows:
        days[supplier].append((expected_on.isoformat(), received_on.isoformat()))
    return {supplier: _delays(pairs) for supplier, pairs in days.items() if len(pairs) >= FEWEST_RECEIPTS}


def _delays(pairs: list[tuple[str, str]]) -> tuple[int, int]:
    expected, received = np.array(pairs, dtype="datetime64[D]").T
    late = np.maximum(np.busday_count(expected, received), 0)
    p50, p90 = np.quantile(late, [0.5, 0.9], method="inverted_cdf")
    return int(p50), int(p90)


def _awaited_products(suppliers: list[int]) -> list[int]:
    lines = PurchaseOrderLine.objects.filter(
        outstanding_qty__gt=0,
        purchase_order__status=PurchaseOrderStatus.OPEN,
        purchase_order__supplier__in=suppliers,
    )
    return list(lines.values_list("product", flat=True).distinct())
