"""Products: the list, and one product with who waits for it. They live here because only orders know who waits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inventory.forms import AdjustForm, ReceiveForm
from inventory.models import Product, StockLevel
from kernel.errors import DomainError, Invalid
from kernel.pages import address, cursor_of, page_links, render_page
from kernel.paging import take_page
from orders.queries import products as queries
from orders.queries.product_forecast import forecast_of
from orders.stock_corrections import adjust_stock

TABS = (("short", "Short"), ("all", "All"))

see_backlog = permission_required("orders.view_backlog", raise_exception=True)


@require_safe
@see_backlog
def products(request: HttpRequest) -> HttpResponse:
    """List products: those that orders wait for, the most waited-for first, or all by SKU."""
    view, text = request.GET.get("view") or "short", request.GET.get("q", "").strip()
    is_short = view == "short"
    try:
        if view not in dict(TABS) or "\0" in text or len(text) > 100:
            raise Invalid("There is no such view of the inventory. Start again from what is short.")
        rows = queries.products(text=text, is_short_only=is_short)
        page = take_page(rows, queries.SHORTEST_FIRST if is_short else queries.BY_SKU, **cursor_of(request))
    except Invalid as refusal:
        return render_page(request, "inventory/refused.html", {"refusal": refusal}, status=400)
    context = {
        "rows": page.rows,
        "tabs": [(key, label, address(request, view=key)) for key, label in TABS],
        "view": view,
        "text": text,
        **page_links(request, page),
    }
    return render_page(request, "inventory/products.html", context, fragments={"live": "inventory/product_rows.html"})


@require_safe
@see_backlog
def product(request: HttpRequest, sku: str) -> HttpResponse:
    """Show one product."""
    return _page(request, _found(sku))


@require_POST
@permission_required("inventory.move_stock", raise_exception=True)
def adjust(request: HttpRequest, sku: str) -> HttpResponse:
    """Correct stock on hand by a difference, with a reason."""
    found, form = _found(sku), AdjustForm(request.POST)
    if not form.is_valid():
        return _page(request, found, adjust_form=form)
    data = form.cleaned_data
    try:
        movement = adjust_stock(
            sku=found.sku,
            warehouse_code=data["warehouse"],
            qty_delta=data["qty_delta"],
            reason=data["reason"],
            actor=request.user,
            now=timezone.now(),
        )
    except DomainError as refusal:
        form.take_refusal(refusal)
        return _page(request, found, adjust_form=form)
    messages.success(request, f"{found.sku} adjusted by {movement.qty:+,} units")
    return redirect("orders:product", found.sku)


def _found(sku: str) -> Product:
    return get_object_or_404(Product, sku__iexact=sku)


def _page(request: HttpRequest, product: Product, *, adjust_form: AdjustForm | None = None) -> HttpResponse:
    levels = list(StockLevel.objects.filter(product=product).select_related("warehouse").order_by("warehouse"))
    inbound = queries.inbound_of(product, today=timezone.localdate())
    waiting, waiting_sum = queries.waiting_for(product)
    context: dict[str, Any] = {
        "product": product,
        "levels": levels,
        "stock": queries.stock_sum(levels),
        "inbound": inbound,
        "inbound_qty": sum(row.line.outstanding_qty for row in inbound),
        "waiting": waiting,
        "waiting_sum": waiting_sum,
        "forecast": forecast_of(product, today=timezone.localdate()),
        "movements": queries.latest_movements(product),
        "receive_form": ReceiveForm(initial={"sku": product.sku}),
        "adjust_form": adjust_form or AdjustForm(),
        "may_move": request.user.has_perm("inventory.move_stock"),
    }
    fragments = {"live": "inventory/product_body.html"}
    status = adjust_form.status if adjust_form else 200
    return render_page(request, "inventory/product.html", context, fragments=fragments, status=status)
