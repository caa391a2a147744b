"""What a few letters may mean: an order, a customer, a supplier, a product. Each is found by an index of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q

from inventory.models import Product, Supplier
from orders.models import Customer, Order

T = TypeVar("T")
MOST = 8  # of a kind
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Found:
    """What matches, the exact match first."""

    orders: list[Order]
    customers: list[Customer]
    suppliers: list[Supplier]
    products: list[Product]

    def __bool__(self) -> bool:
        return bool(self.orders or self.customers or self.suppliers or self.products)


def find(text: str) -> Found:
    """Look for ``text`` in numbers, names and codes: four queries of at most eight rows; none for a single letter.

    Without an ordering of their own, so that a rare text is looked up rather than met on a walk through everything.
    """
    if len(text) < SHORTEST or "\0" in text:
        return Found([], [], [], [])
    orders = Order.objects.filter(Q(ref__icontains=text) | Q(external_id__icontains=text)).select_related("customer")
    customers = Customer.objects.filter(Q(name__icontains=text) | Q(code__iexact=text))
    suppliers = Supplier.objects.filter(Q(name__icontains=text) | Q(code__iexact=text))
    products = Product.objects.filter(Q(sku__istartswith=text) | Q(name__icontains=text))
    return Found(
        orders=_exact_first(list(orders.order_by()[:MOST]), text, "ref"),
        customers=_exact_first(list(customers.order_by()[:MOST]), text, "code"),
        suppliers=_exact_first(list(suppliers.order_by()[:MOST]), text, "code"),
        products=_exact_first(list(products.order_by()[:MOST]), text, "sku"),
    )


def _exact_first(rows: list[T], text: str, name: str) -> list[T]:
    return sorted(rows, key=lambda row: (str(getattr(row, name)).casefold() != text.casefold(), getattr(row, name)))
