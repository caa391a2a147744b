"""Protected stock: a minimum on hand of a product in a warehouse that planning gives to nobody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from inventory import protecting as verbs
from inventory.forms import warehouse_choices
from inventory.imports.protected import import_protected
from inventory.setup_history import versions_of
from kernel.errors import DomainError
from kernel.pages import cursor_of, page_links
from orders.queries.setup_lists import check_text, protected_levels
from orders.views.setup.frame import keep, manage, setup_page, who
from orders.views.setup.reading import units_in, version_in
from orders.views.setup.uploads import Uploaded, upload

HERE = "orders:setup_protected"


@require_safe
@manage
def protected(request: HttpRequest) -> HttpResponse:
    """List what is kept back; each minimum is changed in place."""
    return _page(request)


@require_POST
@manage
def change(request: HttpRequest) -> HttpResponse:
    """Keep back so many units; 0 keeps none back."""
    sku, warehouse = request.POST.get("sku", "").strip(), request.POST.get("warehouse", "")

    def protect() -> None:
        units = units_in(request.POST.get("units", ""), field="units")
        verbs.protect_stock(
            sku,
            warehouse_code=warehouse,
            units=units,
            version=version_in(request),
            **who(request),
        )

    words = f"{sku.upper()} in {warehouse}: {request.POST.get('units', '').strip()} kept back"
    gone, refusal = keep(request, HERE, verbs.SETUP_KIND, protect, words)
    return gone or _page(request, typed=request.POST, refusal=refusal)


@require_POST
@manage
def take_in(request: HttpRequest) -> HttpResponse:
    """Keep back what a file says."""
    uploaded = upload(request, HERE, import_protected, "minimums changed")
    return uploaded.response or _page(request, uploaded=uploaded)


def _page(
    request: HttpRequest,
    *,
    typed: Any = None,
    uploaded: Uploaded | None = None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    try:
        page = protected_levels(check_text(text), **cursor_of(request))
    except DomainError as wrong:
        refusal, text, page = wrong, "", protected_levels("", after="", before="")
    versions = versions_of(verbs.SETUP_KIND)
    shown = refusal or (uploaded.refusal if uploaded else None)
    context = {
        "rows": [(row, versions.get(verbs.name_of(row.product.sku, row.warehouse.code), 0)) for row in page.rows],
        "text": text,
        "typed": typed or {},
        "warehouses": warehouse_choices(),
        "outcome": uploaded.outcome if uploaded else None,
        "refusal": shown,
        **page_links(request, page),
    }
    status = shown.status if shown else 422 if uploaded else 200
    return setup_page(request, "setup/protected.html", (verbs.SETUP_KIND,), context, status=status)
