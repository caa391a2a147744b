"""What we sell and where it lies: products and warehouses.

What planning reads of them is planned anew when it changes. Locks: the product, which is its own pool; or the pools,
then the warehouse.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model, Q, QuerySet

from inventory.dirty import ask_for_full_plan, mark_dirty
from inventory.models import Product, PurchaseOrderLine, StockLevel, Supplier, Warehouse
from inventory.queries import calendar_by_code
from inventory.setup_history import check_version, record_change
from kernel.errors import Conflict, NotFound
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.rows import change_row, check_row, insert_row
from kernel.text import clean_code, is_plain
from kernel.transactions import entry_verb
from notifications.outbox import record_fact

WAREHOUSE_KIND = "warehouse"
FIELDS_PLANNED = {"category", "unit_price", "is_critical"}


@entry_verb
def create_product(
    *,
    sku: str,
    name: str,
    category: str = "",
    unit_price: Decimal = Decimal(0),
    is_critical: bool = False,
    is_active: bool = True,
    actor: Actor | None,
    now: datetime,
) -> Product:
    """Add a product. Raises Conflict when its SKU exists, in whatever case."""
    product = Product(
        sku=clean_code(sku, field="sku", max_length=40),
        name=name,
        category=category,
        unit_price=unit_price,
        is_critical=is_critical,
        is_active=is_active,
    )
    check_row(product, ("sku", "name", "category", "unit_price"))
    insert_row(product, code="sku")
    tell_changed(product, product.sku, {"created"}, actor=actor, now=now)
    return product


@entry_verb
def change_product(
    sku: str,
    *,
    name: str | None = None,
    category: str | None = None,
    unit_price: Decimal | None = None,
    is_critical: bool | None = None,
    is_active: bool | None = None,
    actor: Actor | None,
    now: datetime,
) -> Product:
    """Change what is given. The SKU stays: orders and files name the product by it. Orders keep their own prices."""
    product = lock_product(sku)
    given = {
        "name": name,
        "category": category,
        "unit_price": unit_price,
        "is_critical": is_critical,
        "is_active": is_active,
    }
    changed = change_row(product, given)
    if changed & FIELDS_PLANNED:
        mark_dirty([product.pk], cause="product_changed", reference=product.sku)
    if changed:
        tell_changed(product, product.sku, changed, actor=actor, now=now)
        announce("stock", {"skus": [product.sku]})
    return product


@entry_verb
def create_warehouse(*, code: str, name: str, preference: int = 1, actor: Actor | None, now: datetime) -> Warehouse:
    """Add a place that holds stock; planning takes from the lowest ``preference`` first."""
    warehouse = Warehouse(code=clean_code(code, field="code", max_length=20), name=name, preference=preference)
    check_row(warehouse, ("code", "name", "preference"))
    insert_row(warehouse, code="code")
    record_change(WAREHOUSE_KIND, warehouse.code, before=None, after=_document(warehouse), actor=actor, now=now)
    tell_changed(warehouse, warehouse.code, {"created"}, actor=actor, now=now)
    return warehouse


@entry_verb
def change_warehouse(
    code: str,
    *,
    name: str | None = None,
    preference: int | None = None,
    is_active: bool | None = None,
    calendar: str | None = None,
    handling_days: int | None = None,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Warehouse:
    """Change what is given; ``calendar`` "" is the company's.

    A warehouse with units on hand or on their way is not closed: Conflict; so is one that somebody changed since
    ``version`` (inventory.setup_history). Other working days plan everything anew.
    """
    known = _warehouse(code)
    if preference is not None or is_active is not None:
        mark_dirty(_products_in(known), cause="warehouse_changed", reference=known.code)
    warehouse = Warehouse.objects.select_for_update(no_key=True).get(pk=known.pk)
    check_version(WAREHOUSE_KIND, warehouse.code, version)
    before = _document(warehouse)
    if is_active is False and _is_used(warehouse):
        raise Conflict(
            f"{warehouse.code} has units on hand or on their way. Transfer or receive them elsewhere first.",
            code="in_use",
        )
    given = {"name": name, "preference": preference, "is_active": is_active, "handling_days": handling_days}
    changed = change_row(warehouse, given)
    changed |= set_calendar(warehouse, calendar)
    if changed & {"calendar", "handling_days"}:
        ask_for_full_plan(warehouse.code, actor=actor, now=now)
    record_change(WAREHOUSE_KIND, warehouse.code, before=before, after=_document(warehouse), actor=actor, now=now)
    tell_changed(warehouse, warehouse.code, changed, actor=actor, now=now)
    return warehouse


def set_calendar(row: Warehouse | Supplier, code: str | None) -> set[str]:
    """Give a locked warehouse or supplier a calendar of its own, or ("") the company's (takes part in a verb)."""
    if code is None or (calendar := calendar_by_code(code)) == row.calendar:
        return set()
    row.calendar = calendar
    row.save(update_fields=["calendar"])
    return {"calendar"}


def tell_changed(row: Model, code: str, changed: Collection[str], *, actor: Actor | None, now: datetime) -> None:
    """Record who changed which fields of a row of the catalogue (takes part in a verb)."""
    if not changed:
        return
    kind = row._meta.model_name
    record_fact(
        "inventory.catalogue_changed",
        payload={"what": kind, "code": code, "changed": sorted(changed), "actor": key_of(actor)},
        dedupe_key=f"{kind}:{row.pk}:{now.isoformat()}",
        now=now,
    )


def lock_product(sku: str) -> Product:
    """Lock the product's row, which is its pool; planning and other changes of the product wait."""
    named = Product.objects.filter(sku__iexact=sku.strip()) if is_plain(sku) else Product.objects.none()
    product = named.select_for_update(no_key=True).first()
    if product is None:
        raise NotFound(f"There is no product {sku[:40]}.")
    return product


def _document(warehouse: Warehouse) -> dict[str, Any]:
    names = ("name", "preference", "is_active", "handling_days")
    calendar = warehouse.calendar.code if warehouse.calendar else ""
    return {**{name: getattr(warehouse, name) for name in names}, "calendar": calendar}


def _warehouse(code: str) -> Warehouse:
    warehouse = Warehouse.objects.filter(code=code).first() if is_plain(code) else None
    if warehouse is None:
        raise NotFound(f"There is no warehouse {code[:20]}.")
    return warehouse


def _products_in(warehouse: Warehouse) -> set[int]:
    """Return the products that lie in the warehouse or are on their way to it."""
    held = StockLevel.objects.filter(warehouse=warehouse).values_list("product", flat=True)
    return {*held, *_coming_to(warehouse).values_list("product", flat=True)}


def _is_used(warehouse: Warehouse) -> bool:
    held = StockLevel.objects.filter(Q(reserved__gt=0) | ~Q(on_hand=0), warehouse=warehouse)
    return held.exists() or _coming_to(warehouse).exists()


def _coming_to(warehouse: Warehouse) -> QuerySet[PurchaseOrderLine]:
    return PurchaseOrderLine.objects.filter(warehouse=warehouse, outstanding_qty__gt=0)
