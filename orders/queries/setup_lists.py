"""Lists of Setup that grow with the catalogue: paged by key, each page a few queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from inventory.models import Product, StockLevel, Substitute
from kernel.errors import Invalid
from kernel.paging import KeyPage, SortKey, parse_int, parse_text, take_page
from orders.models import CustomerTerms, SourceRule

LONGEST_TEXT = 100
BY_SKU = (SortKey("sku", False, parse_text), SortKey("pk", False, parse_int))
BY_LEVEL = (SortKey("product_id", False, parse_int), SortKey("warehouse_id", False, parse_int))
BY_CUSTOMER = (SortKey("pk", False, parse_int),)


@dataclass(frozen=True, slots=True)
class SubstituteList:
    product: Product
    substitutes: list[Substitute]


@dataclass(frozen=True, slots=True)
class Sources:
    """The warehouses of a product or a country, in their order; ``name`` is what its history calls it."""

    name: str
    words: str
    sku: str
    country: str
    warehouses: list[str]


def check_text(text: str) -> str:
    """Return what is searched for; raise Invalid for what nobody can have typed."""
    if "\0" in text or len(text) > LONGEST_TEXT:
        raise Invalid("This address cannot be read. Start again.")
    return text


def substitute_lists(text: str, *, after: str, before: str) -> tuple[KeyPage, list[SubstituteList]]:
    """Return one page of products that have substitutes, by SKU; two queries."""
    products = Product.objects.filter(substitutes__isnull=False).distinct()
    if text:
        products = products.filter(Q(sku__istartswith=text) | Q(name__icontains=text))
    page = take_page(products, BY_SKU, after=after, before=before)
    found: dict[int, list[Substitute]] = defaultdict(list)
    rows = Substitute.objects.filter(product__in=page.rows).select_related("substitute").order_by("place", "pk")
    for row in rows:
        found[row.product_id].append(row)
    return page, [SubstituteList(product, found[product.pk]) for product in page.rows]


def protected_levels(text: str, *, after: str, before: str) -> KeyPage:
    """Return one page of stock levels of which units are kept back; one query."""
    levels = StockLevel.objects.filter(protected__gt=0).select_related("product", "warehouse")
    if text:
        levels = levels.filter(Q(product__sku__istartswith=text) | Q(product__name__icontains=text))
    return take_page(levels, BY_LEVEL, after=after, before=before)


def customer_terms(text: str, *, after: str, before: str) -> KeyPage:
    """Return one page of customers' terms; one query."""
    rows = CustomerTerms.objects.select_related("customer")
    if text:
        rows = rows.filter(Q(customer__name__icontains=text) | Q(customer__code__iexact=text))
    return take_page(rows, BY_CUSTOMER, after=after, before=before)


def source_rules(text: str, limit: int) -> tuple[list[Sources], bool]:
    """Return the rules of countries, then of products by SKU, at most ``limit``; and whether there are more."""
    rules = SourceRule.objects.select_related("product", "warehouse").order_by("-country", "product__sku", "place")
    if text:
        rules = rules.filter(Q(product__sku__istartswith=text) | Q(country__icontains=text))
    found: dict[str, Sources] = {}
    for rule in rules.iterator(chunk_size=500):
        name = f"sku:{rule.product.sku}" if rule.product else f"country:{rule.country}"
        if name not in found and len(found) == limit:
            return list(found.values()), True
        words = rule.product.name if rule.product else f"Whatever goes to {rule.country}"
        sku = rule.product.sku if rule.product else ""
        found.setdefault(name, Sources(name, words, sku, rule.country, [])).warehouses.append(rule.warehouse.code)
    return list(found.values()), False
