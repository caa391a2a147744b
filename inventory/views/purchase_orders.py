"""Purchase orders: what is on its way, a new day for it, its arrival, and the end of waiting for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inventory import purchasing, receiving
from inventory.forms import ArrivalForm, GiveUpForm, RedateForm
from inventory.incoming import purchase_order_lines, purchase_orders_page
from inventory.models import PurchaseOrder, PurchaseOrderStatus, Receipt
from inventory.receiving import ReceivedLine
from inventory.setup_history import version_of
from kernel.errors import DomainError, Invalid
from kernel.pages import address, cursor_of, page_links, render_page, safe_next

TABS = (("open", "Open"), ("overdue", "Overdue"), ("received", "Received"), ("all", "All"))
RECEIPTS_SHOWN = 20

see_backlog = permission_required("orders.view_backlog", raise_exception=True)
manage = permission_required("inventory.manage_purchase_orders", raise_exception=True)


@require_safe
@see_backlog
def purchase_orders(request: HttpRequest) -> HttpResponse:
    """List purchase orders: open ones by the day they are expected."""
    view, text, today = request.GET.get("view") or "open", request.GET.get("q", "").strip(), timezone.localdate()
    try:
        page = purchase_orders_page(view, text=text, today=today, **cursor_of(request))
    except Invalid as refusal:
        return render_page(request, "inventory/refused.html", {"refusal": refusal}, status=400)
    context = {
        "rows": page.rows,
        "tabs": [(key, label, address(request, view=key)) for key, label in TABS],
        "view": view,
        "text": text,
        "today": today,
        **page_links(request, page),
    }
    fragments = {"live": "inventory/purchase_order_rows.html"}
    return render_page(request, "inventory/purchase_orders.html", context, fragments=fragments)


@require_safe
@see_backlog
def purchase_order(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one purchase order with its forms."""
    return _page(request, _found(ref))


@require_POST
@manage
def redate(request: HttpRequest, ref: str) -> HttpResponse:
    """Move everything outstanding to another day."""
    order, form = _found(ref), RedateForm(request.POST)
    if not form.is_valid():
        return _page(request, order, redate_form=form)
    try:
        changed = purchasing.redate_purchase_order(
            order.ref,
            expected_on=form.cleaned_data["expected_on"],
            version=form.cleaned_data["version"],
            actor=request.user,
            now=timezone.now(),
        )
    except DomainError as refusal:
        form.take_refusal(refusal)
        return _page(request, _found(ref), redate_form=form)
    text = f"{order.ref} is now expected on {changed.expected_on.day} {changed.expected_on:%B}"
    undo = reverse("orders:setup_undo", args=[version_of(purchasing.SETUP_KIND, order.ref)])
    messages.success(request, text, extra_tags=f"undo {undo}" if changed.expected_on != order.expected_on else "")
    return redirect(safe_next(request) or reverse("inventory:purchase_order", args=[order.ref]))


@require_POST
@manage
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Give up what is outstanding."""
    order, form = _found(ref), GiveUpForm(request.POST)
    if not form.is_valid():
        return _page(request, order, cancel_form=form)
    try:
        purchasing.cancel_purchase_order(order.ref, **form.cleaned_data, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        form.take_refusal(refusal)
        return _page(request, _found(ref), cancel_form=form)
    messages.success(request, f"Nobody waits for {order.ref} any more")
    return redirect("inventory:purchase_order", order.ref)


@require_POST
@manage
def receive(request: HttpRequest, ref: str) -> HttpResponse:
    """Book the units that arrived."""
    order = _found(ref)
    form = ArrivalForm(request.POST, positions=_outstanding(order))
    if not form.is_valid():
        return _page(request, order, arrival_form=form)
    lines = [ReceivedLine(qty=qty, position=position) for position, qty in form.arrived.items()]
    day = form.cleaned_data["received_on"]
    try:
        if not lines:
            raise Invalid("Give the units of at least one line.")
        receipts = receiving.receive_purchase_order(
            order.ref, lines=lines, received_on=day, actor=request.user, now=timezone.now()
        )
    except DomainError as refusal:
        form.take_refusal(refusal)
        return _page(request, _found(ref), arrival_form=form)
    messages.success(request, f"{sum(receipt.qty for receipt in receipts):,} units of {order.ref} received")
    return redirect("inventory:purchase_order", order.ref)


def _found(ref: str) -> PurchaseOrder:
    return get_object_or_404(PurchaseOrder.objects.select_related("supplier"), ref=ref)


def _outstanding(order: PurchaseOrder) -> dict[int, int]:
    rows = order.lines.filter(outstanding_qty__gt=0).order_by("position")
    return dict(rows.values_list("position", "outstanding_qty"))


def _page(
    request: HttpRequest,
    order: PurchaseOrder,
    *,
    redate_form: RedateForm | None = None,
    arrival_form: ArrivalForm | None = None,
    cancel_form: GiveUpForm | None = None,
) -> HttpResponse:
    refused = redate_form or arrival_form or cancel_form
    today = timezone.localdate()
    arrival_form = arrival_form or ArrivalForm(positions=_outstanding(order), initial={"received_on": today})
    lines = purchase_order_lines(order, today=today)
    context = {
        "order": order,
        "lines": [(line, _field(arrival_form, line.line.position)) for line in lines],
        "receipts": _receipts(order),
        "redate_form": redate_form or _redate_form(order),
        "arrival_form": arrival_form,
        "cancel_form": cancel_form,
        "give_up_form": cancel_form or GiveUpForm(),
        "is_open": order.status == PurchaseOrderStatus.OPEN,
        "may_manage": request.user.has_perm("inventory.manage_purchase_orders"),
        "units": sum(line.line.outstanding_qty for line in lines),
        "is_overdue": order.status == PurchaseOrderStatus.OPEN and order.expected_on < today,
    }
    fragments = {"live": "inventory/purchase_order_body.html"}
    status = refused.status if refused else 200
    return render_page(request, "inventory/purchase_order.html", context, fragments=fragments, status=status)


def _redate_form(order: PurchaseOrder) -> RedateForm:
    return RedateForm(initial={"expected_on": order.expected_on, "version": order.version})


def _field(form: ArrivalForm, position: int) -> Any:
    name = f"qty_{position}"
    return form[name] if name in form.fields else None


def _receipts(order: PurchaseOrder) -> list[Receipt]:
    rows = Receipt.objects.filter(purchase_order_line__purchase_order=order)
    rows = rows.select_related("purchase_order_line__product", "movement__warehouse", "actor").order_by("-pk")
    return list(rows[:RECEIPTS_SHOWN])
