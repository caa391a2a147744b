"""Where from first: which warehouses serve a product, or whatever goes to a country."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from inventory.forms import warehouse_choices
from inventory.setup_history import versions_of
from kernel.errors import DomainError, Invalid
from orders import sources as verbs
from orders.queries.policies import known_values
from orders.queries.setup_lists import check_text, source_rules
from orders.views.setup.frame import keep, manage, setup_page, who
from orders.views.setup.reading import version_in

HERE = "orders:setup_sources"
MOST_SHOWN = 100
MOST_PLACES = 6


@require_safe
@manage
def sources(request: HttpRequest) -> HttpResponse:
    """List the rules; each is changed in place."""
    return _page(request)


@require_POST
@manage
def change(request: HttpRequest) -> HttpResponse:
    """Replace the warehouses of a product or a country; none takes the rule away."""
    sku, country = request.POST.get("sku", "").strip(), request.POST.get("country", "").strip()
    chosen = [code for code in request.POST.getlist("warehouse") if code]

    def replace() -> None:
        given = {"warehouses": chosen, "version": version_in(request), **who(request)}
        if bool(sku) == bool(country):
            raise Invalid("Name a product or a country, and only one of them.")
        if sku:
            verbs.change_product_sources(sku, **given)
        else:
            verbs.change_country_sources(country, **given)

    words = f"{sku or country}: {', then '.join(chosen) if chosen else 'any warehouse'}"
    gone, refusal = keep(request, HERE, verbs.SETUP_KIND, replace, words)
    return gone or _page(request, typed=request.POST, refusal=refusal)


def _page(request: HttpRequest, *, typed: Any = None, refusal: DomainError | None = None) -> HttpResponse:
    text = check_text(request.GET.get("q", "").strip()[:100].replace("\0", ""))
    rules, has_more = source_rules(text, MOST_SHOWN)
    versions = versions_of(verbs.SETUP_KIND)
    warehouses = warehouse_choices()
    places = min(len(warehouses), MOST_PLACES)
    context = {
        "rows": [(rule, versions.get(rule.name, 0), _places(rule.warehouses, places)) for rule in rules],
        "has_more": has_more,
        "most": MOST_SHOWN,
        "text": text,
        "warehouses": warehouses,
        "blank": _places(typed.getlist("warehouse") if typed else [], places),
        "typed": typed or {},
        "countries": known_values(["customer.country"]).get("customer.country", []),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return setup_page(request, "setup/sources.html", (verbs.SETUP_KIND,), context, status=status)


def _places(chosen: list[str], places: int) -> list[str]:
    return [*chosen, *[""] * max(0, places - len(chosen))]
