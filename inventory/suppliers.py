"""Who sends us stock, what and how fast; and what their past deliveries say about the next ones.

Locks: the pools, then the suppliers by id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from inventory.catalogue import lock_product, set_calendar, tell_changed
from inventory.dirty import mark_dirty
from inventory.models import PurchaseOrderLine, PurchaseOrderStatus, Receipt, Supplier, SupplierProduct
from inventory.queries import product_by_sku
from inventory.setup_history import check_version, record_change
from inventory.working_days import Workdays, workdays
from kernel.errors import Invalid, NotFound
from kernel.people import Actor
from kernel.rows import change_row, check_row, insert_row
from kernel.text import clean_code, is_plain
from kernel.transactions import entry_verb

SETUP_KIND = "supplier"
WINDOW_DAYS = 365
Days = NDArray[np.datetime64]
Counts = NDArray[np.int64]
FEWEST_DELIVERIES = 5  # below that one late lorry would decide; the figures stay as they were typed in


@entry_verb
def create_supplier(
    *,
    code: str,
    name: str,
    email: str = "",
    delay_p50_days: int = 0,
    delay_p90_days: int = 2,
    actor: Actor | None,
    now: datetime,
) -> Supplier:
    """Add a supplier. Its delays (working days) stand until enough receipts of its own measure them."""
    supplier = Supplier(
        code=clean_code(code, field="code", max_length=40),
        name=name,
        email=email,
        delay_p50_days=delay_p50_days,
        delay_p90_days=delay_p90_days,
    )
    check_row(supplier, ("code", "name", "email", "delay_p50_days", "delay_p90_days"))
    _check_delays(delay_p50_days, delay_p90_days)
    insert_row(supplier, code="code")
    record_change(SETUP_KIND, supplier.code, before=None, after=_document(supplier), actor=actor, now=now)
    tell_changed(supplier, supplier.code, {"created"}, actor=actor, now=now)
    return supplier


@entry_verb
def change_supplier(
    code: str,
    *,
    name: str | None = None,
    email: str | None = None,
    is_active: bool | None = None,
    delay_p50_days: int | None = None,
    delay_p90_days: int | None = None,
    calendar: str | None = None,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Supplier:
    """Change what is given; ``calendar`` "" is the company's.

    What waits for the supplier is planned anew when its delays, its working days or its being active change. Raises
    Conflict where somebody changed it since ``version`` (inventory.setup_history).
    """
    known = _supplier(code)
    if (is_active, delay_p50_days, delay_p90_days, calendar) != (None, None, None, None):
        sold = known.supplier_products.filter(is_preferred=True).values_list("product", flat=True)
        mark_dirty({*awaited_products([known.pk]), *sold}, cause="supplier_changed", reference=known.code)
    supplier = Supplier.objects.select_for_update(no_key=True).get(pk=known.pk)
    check_version(SETUP_KIND, supplier.code, version)
    before = _document(supplier)
    p50 = supplier.delay_p50_days if delay_p50_days is None else delay_p50_days
    p90 = supplier.delay_p90_days if delay_p90_days is None else delay_p90_days
    _check_delays(p50, p90)
    given = {"name": name, "email": email, "is_active": is_active, "delay_p50_days": p50, "delay_p90_days": p90}
    changed = change_row(supplier, given) | set_calendar(supplier, calendar)
    record_change(SETUP_KIND, supplier.code, before=before, after=_document(supplier), actor=actor, now=now)
    tell_changed(supplier, supplier.code, changed, actor=actor, now=now)
    return supplier


@entry_verb
def set_supplier_product(
    code: str,
    *,
    sku: str,
    lead_time_days: int | None = None,
    min_order_qty: int | None = None,
    unit_cost: Decimal | None = None,
    is_preferred: bool | None = None,
    actor: Actor | None,
    now: datetime,
) -> SupplierProduct:
    """Say that a supplier sells a product, in how many working days, at least how many and at what cost.

    Of a product's suppliers one is preferred: the first, until another is said to be.
    """
    supplier = _supplier(code)
    product_by_sku(sku)  # here a SKU is a field, so an unknown one is Invalid
    product = lock_product(sku)
    mark_dirty([product.pk], cause="supplier_product_changed", reference=supplier.code)
    offers = {offer.supplier_id: offer for offer in product.supplier_products.all()}
    offer = offers.pop(supplier.pk, None) or SupplierProduct(supplier=supplier, product=product, is_preferred=False)
    has_other = any(other.is_preferred for other in offers.values())
    given = {
        "lead_time_days": lead_time_days,
        "min_order_qty": min_order_qty,
        "unit_cost": unit_cost,
        "is_preferred": is_preferred if is_preferred is not None else offer.is_preferred or not has_other,
    }
    if given["is_preferred"]:
        product.supplier_products.exclude(supplier=supplier).filter(is_preferred=True).update(is_preferred=False)
    if offer.pk is None:
        for name, value in given.items():
            setattr(offer, name, getattr(offer, name) if value is None else value)
        check_row(offer, given)
        offer.save(force_insert=True)
    else:
        change_row(offer, given)
    tell_changed(offer, product.sku, {"supplier"}, actor=actor, now=now)
    return offer


@entry_verb
def refresh_delays(now: datetime) -> int:
    """Measure each supplier's delay (working days after the day named: p50, p90) over the last year's deliveries.

    A delivery is what came on one day of what was named for one day: the lines of one lorry are late together, and
    counting each would let it outvote a year. Early counts as on time. Products that wait for a supplier whose figures
    changed are planned again. Returns how many suppliers changed. Locks: the pools, then the suppliers by id.
    """
    measured = _measure(now)
    stored = {supplier.pk: supplier for supplier in Supplier.objects.filter(pk__in=measured)}
    changed = [
        key for key, delays in measured.items() if delays != (stored[key].delay_p50_days, stored[key].delay_p90_days)
    ]
    mark_dirty(awaited_products(changed), cause="supplier_delay_measured")
    for supplier in Supplier.objects.filter(pk__in=changed).order_by("pk").select_for_update(no_key=True):
        supplier.delay_p50_days, supplier.delay_p90_days = measured[supplier.pk]
        supplier.save(update_fields=["delay_p50_days", "delay_p90_days"])
    return len(changed)


def _measure(now: datetime) -> dict[int, tuple[int, int]]:
    since = timezone.localdate(now) - timedelta(days=WINDOW_DAYS)
    receipts = Receipt.objects.filter(received_on__gt=since)
    deliveries = receipts.values_list(
        "purchase_order_line__purchase_order__supplier", "expected_on", "received_on"
    ).distinct()
    days: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for supplier, expected_on, received_on in deliveries:
        days[supplier].append((expected_on.isoformat(), received_on.isoformat()))
    measured = {supplier: pairs for supplier, pairs in days.items() if len(pairs) >= FEWEST_DELIVERIES}
    calendars = workdays(timezone.localdate(now))
    of_supplier = dict(Supplier.objects.filter(pk__in=measured).values_list("pk", "calendar"))
    return {supplier: _delays(pairs, calendars[of_supplier[supplier]]) for supplier, pairs in measured.items()}


def _delays(pairs: list[tuple[str, str]], calendar: Workdays) -> tuple[int, int]:
    expected, received = np.array(pairs, dtype="datetime64[D]").T
    p50, p90 = np.quantile(days_late(expected, received, calendar), [0.5, 0.9], method="inverted_cdf")
    return int(p50), int(p90)


def days_late(expected: Days, received: Days, calendar: Workdays) -> Counts:
    """Return the working days from each day named to the day received; early counts as on time."""
    closed = np.array(calendar.closed, dtype="datetime64[D]")
    late: Counts = np.busday_count(expected, received, weekmask=list(calendar.weekdays), holidays=closed)
    return np.maximum(late, 0)


def awaited_products(suppliers: Collection[int]) -> list[int]:
    """Return the products that open purchase orders of these suppliers still bring."""
    lines = PurchaseOrderLine.objects.filter(
        outstanding_qty__gt=0,
        purchase_order__status=PurchaseOrderStatus.OPEN,
        purchase_order__supplier__in=suppliers,
    )
    return list(lines.values_list("product", flat=True).distinct())


def _document(supplier: Supplier) -> dict[str, Any]:
    names = ("name", "email", "is_active", "delay_p50_days", "delay_p90_days")
    calendar = supplier.calendar.code if supplier.calendar else ""
    return {**{name: getattr(supplier, name) for name in names}, "calendar": calendar}


def _supplier(code: str) -> Supplier:
    supplier = Supplier.objects.filter(code=code).first() if is_plain(code) else None
    if supplier is None:
        raise NotFound(f"There is no supplier {code[:40]}.")
    return supplier


def _check_delays(p50: int, p90: int) -> None:
    if p50 > p90:
        wrong = "The worst delay (p90) is not shorter than the usual one (p50)."
        raise Invalid(wrong, fields={"delay_p90_days": wrong})
