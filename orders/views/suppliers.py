"""Suppliers: what we expect of each, who waits for it, and how it kept its word. Here, since orders know who waits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inventory import suppliers as verbs
from inventory.forms import SupplierForm
from inventory.models import Supplier, SupplierProduct
from inventory.setup_history import changes_of, version_of
from inventory.supplier_record import outstanding_units, supplier_record
from kernel.errors import DomainError, Invalid
from kernel.pages import address, cursor_of, page_links, render_page
from kernel.remembered import remembered
from kernel.text import is_plain
from orders.queries import suppliers as queries
from orders.queries.customers import figures_at
from orders.queries.setup_words import in_words

CHANGES_SHOWN = 10

see_backlog = permission_required("orders.view_backlog", raise_exception=True)


@require_safe
@see_backlog
def suppliers(request: HttpRequest) -> HttpResponse:
    """List suppliers: those we expect something of, the most waited-for first, or all by name."""
    try:
        found = queries.read_asked(
            view=request.GET.get("view", ""), text=request.GET.get("q", "").strip(), sort=request.GET.get("sort", "")
        )
        page, rows = queries.suppliers_page(found, **cursor_of(request))
    except Invalid as refusal:
        return render_page(request, "suppliers/refused.html", {"refusal": refusal}, status=400)
    counts = remembered("orders:supplier_views", queries.view_counts)
    tabs = [(key, label, counts.get(key), address(request, view=key)) for key, (label, _) in queries.VIEWS.items()]
    context = {
        "rows": rows,
        "asked": found,
        "tabs": tabs,
        "sorts": [(key, label, address(request, sort=key)) for key, (label, _) in queries.SORTS.items()],
        "sort": found.sort or queries.own_sort(found.view),
        "figures_at": figures_at(),
        **page_links(request, page),
    }
    return render_page(request, "suppliers/list.html", context, fragments={"live": "suppliers/rows.html"})


@require_safe
@see_backlog
def supplier(request: HttpRequest, code: str) -> HttpResponse:
    """Show one supplier."""
    return _page(request, _found(code))


@require_POST
@permission_required("inventory.manage_catalogue", raise_exception=True)
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change a supplier; what waits for it is planned anew where its days change."""
    found, form = _found(code), SupplierForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    before = version_of(verbs.SETUP_KIND, found.code)
    try:
        verbs.change_supplier(found.code, **form.cleaned_data, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        form.take_refusal(refusal)
        return _page(request, _found(code), form)
    after = version_of(verbs.SETUP_KIND, found.code)
    undo = f"undo {reverse('orders:setup_undo', args=[after])}" if after != before else ""
    messages.success(request, f"{found.name} {'is changed' if undo else 'stays as it was'}", extra_tags=undo)
    return redirect("orders:supplier", found.code)


def _found(code: str) -> Supplier:
    known = Supplier.objects.select_related("calendar", "backlog") if is_plain(code) else Supplier.objects.none()
    return get_object_or_404(known, code=code)


def _page(request: HttpRequest, supplier: Supplier, form: SupplierForm | None = None) -> HttpResponse:
    today = timezone.localdate()
    purchases = queries.open_purchases(supplier, today=today)
    context: dict[str, Any] = {
        "supplier": supplier,
        "backlog": getattr(supplier, "backlog", None),
        "purchases": purchases,
        "late": [purchase for purchase in purchases if purchase.is_late],
        "units": outstanding_units(supplier),
        "waiters": queries.waiters(supplier, today=today),
        "record": supplier_record(supplier, today=today),
        "products_sold": SupplierProduct.objects.filter(supplier=supplier).count(),
        "changes": in_words(changes_of(verbs.SETUP_KIND, name=supplier.code, limit=CHANGES_SHOWN), viewer=request.user),
        "form": form or SupplierForm(initial=_initial(supplier)),
        "today": today,
        "may_change": request.user.has_perm("inventory.manage_catalogue"),
        "may_redate": request.user.has_perm("inventory.manage_purchase_orders"),
    }
    fragments = {"live": "suppliers/body.html"}
    status = form.status if form else 200
    return render_page(request, "suppliers/one.html", context, fragments=fragments, status=status)


def _initial(supplier: Supplier) -> dict[str, Any]:
    names = ("name", "email", "is_active", "delay_p50_days", "delay_p90_days")
    return {
        **{name: getattr(supplier, name) for name in names},
        "calendar": supplier.calendar.code if supplier.calendar else "",
        "version": version_of(verbs.SETUP_KIND, supplier.code),
    }
