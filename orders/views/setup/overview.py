"""Setup at a glance: what is set where, and who changed what last."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inventory import calendars, catalogue, protecting, substitutes, suppliers
from inventory.models import Calendar, PickCapacity, StockLevel, Substitute, Supplier, Warehouse
from orders import hands, sources
from orders.handling import hold_rights, hold_sources, terms
from orders.models import CustomerTerms, HoldSource, SourceRule
from orders.views.setup.frame import TABS, manage, setup_page

KINDS = (
    catalogue.WAREHOUSE_KIND,
    hands.SETUP_KIND,
    calendars.SETUP_KIND,
    sources.SETUP_KIND,
    substitutes.SETUP_KIND,
    protecting.SETUP_KIND,
    terms.SETUP_KIND,
    hold_sources.SETUP_KIND,
    hold_rights.SETUP_KIND,
    suppliers.SETUP_KIND,
)
ICONS = {
    "orders:setup_warehouses": "warehouse",
    "orders:setup_calendars": "calendar",
    "orders:setup_sources": "split",
    "orders:setup_substitutes": "replace",
    "orders:setup_protected": "shield-alert",
    "orders:setup_terms": "receipt-text",
    "orders:setup_holds": "pause",
    "orders:setup_suppliers": "factory",
}


@require_safe
@manage
def overview(request: HttpRequest) -> HttpResponse:
    """Show what there is of everything that is set up here: counts of small tables."""
    company = Calendar.objects.filter(is_company=True).first()
    limited = PickCapacity.objects.values("warehouse").distinct().count()
    warehouses = Warehouse.objects.filter(is_active=True).count()
    rules = SourceRule.objects.values("product", "country").distinct().count()
    replaced = Substitute.objects.values("product").distinct().count()
    kept_back = StockLevel.objects.filter(protected__gt=0).count()
    asking = CustomerTerms.objects.count()
    holding = HoldSource.objects.filter(ended_at=None).count()
    words = {
        "orders:setup_warehouses": f"{warehouses} in use, {limited or 'none'} with a limit on picking",
        "orders:setup_calendars": f"{company.name} is the company’s" if company else "Monday to Friday, no holidays",
        "orders:setup_sources": _counted(rules, "rule", "rules", "Any warehouse serves all"),
        "orders:setup_substitutes": _counted(replaced, "product has some", "products have some", "None yet"),
        "orders:setup_protected": _counted(kept_back, "minimum", "minimums", "Nothing is kept back"),
        "orders:setup_terms": _counted(asking, "customer has terms", "customers have terms", "Nobody asks for any"),
        "orders:setup_holds": _counted(holding, "rule holds orders", "rules hold orders", "Orders come in unheld"),
        "orders:setup_suppliers": f"{Supplier.objects.filter(is_active=True).count():,} in use",
    }
    cards = [(ICONS[name], name, label, words[name]) for name, label in TABS if name in words]
    return setup_page(request, "setup/overview.html", KINDS, {"cards": cards})


def _counted(count: int, one: str, many: str, none: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else none
