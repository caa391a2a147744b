"""The products, warehouses, suppliers, orders and customers that scenarios name, looked up at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F

from inventory.models import Product, PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus, Supplier, Warehouse
from kernel.errors import Invalid
from orders.models import Customer, Policy
from orders.simulation.scenarios import (
    CapacityChange,
    DelayChange,
    DemandChange,
    OrderChange,
    PolicyChange,
    PurchaseChange,
    Scenario,
    StockChange,
)


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What an order's line takes from its product."""

    id: int
    price_minor: int
    category: str
    is_critical: bool


@dataclass(frozen=True, slots=True)
class Names:
    """By code: products, warehouses (id, preference), sources that a supplier or purchase order has yet to bring.

    ``lead_times`` are the products for which a supplier is the preferred one, ``categories`` the products of each
    category, ``customers`` their (tier, zone).
    """

    products: dict[str, ProductFacts]
    warehouses: dict[str, tuple[int, int]]
    suppliers: dict[str, list[int]]
    lead_times: dict[str, list[int]]
    purchase_orders: dict[str, list[int]]
    categories: dict[str, list[int]]
    customers: dict[str, tuple[str, str]]


def look_up(scenarios: Sequence[Scenario]) -> Names:
    """Find everything that the scenarios name; a fixed number of queries. Raises Invalid naming what does not exist."""
    wanted = _Wanted(scenarios)
    names = Names(
        products=_products(wanted.of("sku")),
        warehouses={
            code: (pk, preference)
            for code, pk, preference in Warehouse.objects.filter(
                code__in=wanted.of("warehouse"), is_active=True
            ).values_list("code", "pk", "preference")
        },
        suppliers=_grouped(_sources("supplier__code", wanted.of("supplier")), _known_suppliers(wanted.of("supplier"))),
        lead_times=_grouped(
            Supplier.objects.filter(code__in=wanted.of("supplier"), supplier_products__is_preferred=True)
            .order_by("code", "supplier_products__product")
            .values_list("code", "supplier_products__product"),
            wanted.of("supplier"),
        ),
        purchase_orders=_grouped(
            _sources("ref", wanted.of("purchase_order")), _known_purchase_orders(wanted.of("purchase_order"))
        ),
        categories=_grouped(
            Product.objects.filter(category__in=wanted.of("category")).order_by("pk").values_list("category", "pk")
        ),
        customers={
            code: (tier, zone)
            for code, tier, zone in Customer.objects.filter(code__in=wanted.of("customer")).values_list(
                "code", "tier", "zone"
            )
        },
    )
    wanted.refuse_unknown(names)
    return names


class _Wanted:
    """Names by kind, each with the places that name it."""

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self.places: dict[str, dict[str, list[str]]] = {}
        for number, scenario in enumerate(scenarios):
            for index, change in enumerate(scenario.changes):
                self._add(change, f"scenarios.{number}.changes.{index}")

    def _add(self, change: object, place: str) -> None:
        match change:
            case StockChange() | PurchaseChange():
                self._want("sku", change.sku, place)
                self._want("warehouse", change.warehouse, place)
            case CapacityChange():
                self._want("warehouse", change.warehouse, place)
            case DelayChange():
                self._want("supplier", change.supplier, place)
                self._want("purchase_order", change.purchase_order, place)
            case DemandChange():
                self._want("sku", change.sku, place)
                self._want("category", change.category, place)
            case OrderChange():
                self._want("customer", change.customer, place)
                for index, line in enumerate(change.lines):
                    self._want("sku", line.sku, f"{place}.lines.{index}")
            case PolicyChange() if change.policy is not None:
                self._want("policy", str(change.policy), place)

    def _want(self, kind: str, name: str, place: str) -> None:
        if name:
            self.places.setdefault(kind, {}).setdefault(name, []).append(f"{place}.{kind}")

    def of(self, kind: str) -> list[str]:
        return sorted(self.places.get(kind, {}))

    def refuse_unknown(self, names: Names) -> None:
        numbers = Policy.objects.filter(pk__in=[int(number) for number in self.of("policy")])
        known: dict[str, Iterable[str]] = {
            "sku": names.products,
            "warehouse": names.warehouses,
            "supplier": names.suppliers,
            "purchase_order": names.purchase_orders,
            "category": names.categories,
            "customer": names.customers,
            "policy": {str(pk) for pk in numbers.values_list("pk", flat=True)},
        }
        problems = {
            place: f"There is no {kind.replace('_', ' ').replace('sku', 'product')} {name}."
            for kind, wanted in self.places.items()
            for name in wanted
            if name not in known[kind]
            for place in wanted[name]
        }
        if problems:
            raise Invalid("The scenarios name what does not exist. Correct the places named.", fields=problems)


def _products(skus: Sequence[str]) -> dict[str, ProductFacts]:
    found = Product.objects.filter(sku__in=skus).values_list("sku", "pk", "unit_price", "category", "is_critical")
    return {sku: ProductFacts(pk, int(price * 100), category, critical) for sku, pk, price, category, critical in found}


def _sources(path: str, codes: Sequence[str]) -> Iterable[tuple[str, int]]:
    """Yield (code, purchase-order line) of what is still to come."""
    lines = PurchaseOrderLine.objects.filter(
        **{f"purchase_order__{path}__in": codes},
        purchase_order__status=PurchaseOrderStatus.OPEN,
        outstanding_qty__gt=0,
    )
    return lines.order_by("pk").annotate(code=F(f"purchase_order__{path}")).values_list("code", "pk")


def _known_suppliers(codes: Sequence[str]) -> list[str]:
    return list(Supplier.objects.filter(code__in=codes).values_list("code", flat=True))


def _known_purchase_orders(refs: Sequence[str]) -> list[str]:
    return list(PurchaseOrder.objects.filter(ref__in=refs).values_list("ref", flat=True))


def _grouped(rows: Iterable[tuple[str, int]], known: Iterable[str] = ()) -> dict[str, list[int]]:
    """Return the keys of each code; a known code without any has an empty list."""
    grouped: dict[str, list[int]] = {code: [] for code in known}
    for code, key in rows:
        grouped.setdefault(code, []).append(key)
    return grouped
