"""Finding things by the codes that people and files use. A code that names nothing is refused, naming its field."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Upper

from inventory.models import Calendar, Product, Supplier, Warehouse
from kernel.errors import Invalid
from kernel.text import is_plain


def products_by_sku(skus: Iterable[str]) -> dict[str, Product]:
    """Return the products that exist, by upper-case SKU; one query."""
    wanted = {sku.strip().upper() for sku in skus if is_plain(sku)}
    found = Product.objects.annotate(key=Upper("sku")).filter(key__in=wanted)
    return {product.sku.upper(): product for product in found}


def product_by_sku(sku: str, *, field: str = "sku") -> Product:
    """Return the product, whatever the case of its code."""
    found = products_by_sku([sku]).get(sku.strip().upper())
    if found is None:
        raise _unknown(f"There is no product {sku[:40]!r}. Check the SKU.", field)
    return found


def warehouse_by_code(code: str, *, field: str = "warehouse") -> Warehouse:
    """Return an active warehouse."""
    warehouse = Warehouse.objects.filter(code=code.strip(), is_active=True).first() if is_plain(code) else None
    if warehouse is None:
        raise _unknown(f"There is no active warehouse {code[:20]!r}. Check the code.", field)
    return warehouse


def supplier_by_code(code: str, *, field: str = "supplier") -> Supplier:
    """Return an active supplier."""
    supplier = Supplier.objects.filter(code=code.strip(), is_active=True).first() if is_plain(code) else None
    if supplier is None:
        raise _unknown(f"There is no active supplier {code[:40]!r}. Check the code.", field)
    return supplier


def calendar_by_code(code: str, *, field: str = "calendar") -> Calendar | None:
    """Return a calendar; None for an empty code, which stands for the company's."""
    if not code.strip():
        return None
    calendar = Calendar.objects.filter(code=code.strip()).first() if is_plain(code) else None
    if calendar is None:
        raise _unknown(f"There is no calendar {code[:20]!r}. Check the code.", field)
    return calendar


def _unknown(words: str, field: str) -> Invalid:
    return Invalid(words, fields={field: words})
