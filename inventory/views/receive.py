"""Put stock on hand that no purchase order announced."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from inventory.forms import ReceiveForm
from inventory.receiving import receive_stock
from kernel.errors import DomainError
from kernel.pages import render_page, safe_next


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("inventory.move_stock", raise_exception=True)
def receive(request: HttpRequest) -> HttpResponse:
    """Show the form (``?sku=`` fills it in), or receive and go back to ``next``, else to an empty form."""
    form = ReceiveForm(request.POST) if request.method == "POST" else ReceiveForm(initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        try:
            return _receive(request, form)
        except DomainError as refusal:
            form.take_refusal(refusal)
    context = {"form": form, "next": safe_next(request)}
    return render_page(request, "inventory/receive.html", context, status=form.status if form.errors else 200)


def _receive(request: HttpRequest, form: ReceiveForm) -> HttpResponse:
    data = form.cleaned_data
    movement = receive_stock(
        sku=data["sku"],
        warehouse_code=data["warehouse"],
        qty=data["qty"],
        reference=data["reference"],
        actor=request.user,
        now=timezone.now(),
    )
    messages.success(request, f"{movement.qty:,} units of {data['sku'].strip().upper()} received")
    return redirect(safe_next(request) or "inventory:receive")


def _initial(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name][:80] for name in ("sku", "warehouse", "reference") if name in request.GET}
