"""Purchase orders: what we asked suppliers to send, and the day they say it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from inventory.dirty import mark_dirty
from inventory.models import GivenUpBy, Product, PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus, Warehouse
from inventory.queries import products_by_sku, supplier_by_code
from inventory.setup_history import check_version, record_change
from kernel.bounds import MAX_QTY, check_day
from kernel.errors import Conflict, Invalid, NotFound
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.text import clean_text, is_plain
from kernel.transactions import entry_verb
from notifications.outbox import record_fact

SETUP_KIND = "purchase_order"
MAX_LINES = 2000


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """``qty`` units of a SKU into a warehouse (by code), expected with the order unless a day of its own is given."""

    sku: str
    warehouse: str
    qty: int
    expected_on: date | None = None


@entry_verb
def create_purchase_order(
    *,
    ref: str | None = None,
    supplier_code: str,
    expected_on: date,
    lines: Sequence[PurchaseLine],
    actor: Actor | None,
    now: datetime,
) -> PurchaseOrder:
    """Order goods from a supplier. Without ``ref`` it gets the next number. Raises Invalid naming every wrong line."""
    ref = clean_text(ref or "", field="ref", max_length=40)
    check_day(expected_on, field="expected_on")
    supplier = supplier_by_code(supplier_code)
    products, warehouses = _check_lines(lines)
    mark_dirty((product.pk for product in products), cause="purchase_order_created", reference=ref)
    order = PurchaseOrder(
        ref=ref or _next_ref(),
        supplier=supplier,
        ordered_on=timezone.localdate(now),
        expected_on=expected_on,
        created_at=now,
    )
    _insert(order)
    PurchaseOrderLine.objects.bulk_create(
        PurchaseOrderLine(
            purchase_order=order,
            position=position,
            product=product,
            warehouse=warehouse,
            ordered_qty=line.qty,
            expected_on=line.expected_on or expected_on,
            first_expected_on=line.expected_on or expected_on,
        )
        for position, (line, product, warehouse) in enumerate(zip(lines, products, warehouses, strict=True), start=1)
    )
    _tell(order, "inventory.purchase_order_created", products, actor, now)
    return order


@entry_verb
def redate_purchase_order(
    ref: str,
    *,
    expected_on: date,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> PurchaseOrder:
    """Move the expected day of every line that is still outstanding. The first expected day stays as it was."""
    check_day(expected_on, field="expected_on")
    if expected_on < timezone.localdate(now):
        wrong = "Choose a day from today on. What has come in is received instead."
        raise Invalid(wrong, fields={"expected_on": wrong})
    order = lock_open_purchase_order(ref, version=version)
    lines = _outstanding(order)
    _redate(order, lines, {line.position: expected_on for line in lines}, expected_on, actor, now)
    return order


@entry_verb
def restore_dates(
    ref: str, *, days: Mapping[int, date], expected_on: date, actor: Actor | None, now: datetime, version: int
) -> PurchaseOrder:
    """Give each line that is still outstanding the day it had (``days`` by position): the undoing of a new day.

    The days may have passed, since they are what the supplier said. Raises Conflict where somebody re-dated the order
    since the change that made ``version`` (inventory.setup_history).
    """
    order = lock_open_purchase_order(ref)
    check_version(SETUP_KIND, order.ref, version)
    _redate(order, _outstanding(order), days, expected_on, actor, now)
    return order


@entry_verb
def cancel_purchase_order(
    ref: str,
    *,
    by: str = GivenUpBy.SUPPLIER,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> PurchaseOrder:
    """Give up what is outstanding; what has arrived stays received. The order is then closed.

    ``by`` says whose doing it is (``GivenUpBy``), which decides whose the dates are that move.
    """
    order = lock_open_purchase_order(ref, version=version)
    lines = list(order.lines.filter(outstanding_qty__gt=0).select_related("product"))
    cause = "purchase_order_cancelled" if by == GivenUpBy.US else "purchase_order_given_up"
    mark_dirty((line.product_id for line in lines), cause=cause, reference=order.ref)
    order.lines.filter(outstanding_qty__gt=0).update(cancelled_qty=F("cancelled_qty") + F("outstanding_qty"))
    has_receipts = order.lines.filter(received_qty__gt=0).exists()
    order.status = PurchaseOrderStatus.RECEIVED if has_receipts else PurchaseOrderStatus.CANCELLED
    order.version += 1
    order.save(update_fields=["status", "version"])
    _tell(order, "inventory.purchase_order_cancelled", [line.product for line in lines], actor, now)
    return order


def _outstanding(order: PurchaseOrder) -> list[PurchaseOrderLine]:
    return list(order.lines.filter(outstanding_qty__gt=0).select_related("product").order_by("position"))


def _redate(
    order: PurchaseOrder,
    lines: Sequence[PurchaseOrderLine],
    days: Mapping[int, date],
    expected_on: date,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Move outstanding lines of a locked order to the days given by position; keep what they were."""
    mark_dirty((line.product_id for line in lines), cause="purchase_order_redated", reference=order.ref)
    before = _days(order, lines)
    for line in lines:
        line.expected_on = days.get(line.position, line.expected_on)
    PurchaseOrderLine.objects.bulk_update(lines, ["expected_on"])
    order.expected_on = expected_on
    order.version += 1
    order.save(update_fields=["expected_on", "version"])
    record_change(SETUP_KIND, order.ref, before=before, after=_days(order, lines), actor=actor, now=now)
    _tell(order, "inventory.purchase_order_redated", [line.product for line in lines], actor, now)


def _days(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> dict[str, Any]:
    by_position = {str(line.position): line.expected_on.isoformat() for line in lines}
    return {"expected_on": order.expected_on.isoformat(), "lines": by_position}


def lock_open_purchase_order(ref: str, *, version: int | None = None) -> PurchaseOrder:
    """Lock a purchase order, which guards its lines; raise NotFound, or Conflict when it is closed or was changed."""
    named = PurchaseOrder.objects.filter(ref=ref) if is_plain(ref) else PurchaseOrder.objects.none()
    order = named.select_for_update(of=("self",), no_key=True).first()
    if order is None:
        raise NotFound(f"There is no purchase order {ref[:40]}.")
    if order.status != PurchaseOrderStatus.OPEN:
        raise Conflict(f"{order.ref} is {order.status}. Create a new purchase order instead.", code="closed")
    if version is not None and version != order.version:
        raise Conflict(f"{order.ref} was changed meanwhile. Look at it again, then repeat your change.", code="stale")
    return order


def _check_lines(lines: Sequence[PurchaseLine]) -> tuple[list[Product], list[Warehouse]]:
    if not 1 <= len(lines) <= MAX_LINES:
        wrong = f"Give 1 to {MAX_LINES:,} lines."
        raise Invalid(wrong, fields={"lines": wrong})
    known = products_by_sku(line.sku for line in lines)
    places = {warehouse.code: warehouse for warehouse in Warehouse.objects.filter(is_active=True)}
    fields: dict[str, str] = {}
    for index, line in enumerate(lines):
        if line.sku.strip().upper() not in known:
            fields[f"lines.{index}.sku"] = f"There is no product {line.sku[:40]!r}."
        if line.warehouse.strip() not in places:
            fields[f"lines.{index}.warehouse"] = f"There is no active warehouse {line.warehouse[:20]!r}."
        if not 1 <= line.qty <= MAX_QTY:
            fields[f"lines.{index}.qty"] = f"Give a whole number from 1 to {MAX_QTY:,}."
        if line.expected_on:
            check_day(line.expected_on, field=f"lines.{index}.expected_on")
    if fields:
        raise Invalid("Correct the lines that are marked; nothing was ordered.", fields=fields)
    return [known[line.sku.strip().upper()] for line in lines], [places[line.warehouse.strip()] for line in lines]


def _insert(order: PurchaseOrder) -> None:
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"{order.ref} exists already. Choose another reference.", fields={"ref": "Exists."}) from error


def _next_ref() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('inventory_po_ref_seq')")
        return f"PO-{cursor.fetchone()[0]}"


def _tell(order: PurchaseOrder, kind: str, products: Sequence[Product], actor: Actor | None, now: datetime) -> None:
    skus = sorted({product.sku for product in products})
    payload = {
        "ref": order.ref,
        "supplier": order.supplier.code,
        "expected_on": order.expected_on.isoformat(),
        "skus": skus,
        "actor": key_of(actor),
    }
    record_fact(kind, payload=payload, dedupe_key=f"po:{order.pk}:v{order.version}", now=now)
    announce("stock", {"skus": skus})
