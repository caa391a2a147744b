"""Sending something else: what may stand in for what lacks, what it would do to the dates, do it, take it back."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.pages import render_page
from orders.handling.substituting import substitute_line, swap_back
from orders.models import LineSubstitution, Order
from orders.queries.order import order_detail
from orders.queries.substitutes import allowed
from orders.queries.trying import try_swaps
from orders.rules import policies
from orders.views.actions import action, done, field_of, number_of, who


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def order_substitutes(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what may stand in for the units that an order lacks, and the dates that it would win."""
    order = get_object_or_404(Order.objects.select_related("customer"), ref=ref)
    detail = order_detail(order)
    found = allowed(order) if detail.is_open else []
    there = [proposal for proposal in found if proposal.covers_qty]
    context = {
        "detail": detail,
        "trials": try_swaps(order, policies.published(), there, today=timezone.localdate()),
        "gone": [proposal for proposal in found if not proposal.covers_qty],
        "swapped": LineSubstitution.objects.filter(line__order=order, line__open_qty__gt=0)
        .select_related("line__product", "replaces__product", "actor")
        .order_by("pk"),
    }
    return render_page(request, "orders/order_substitutes_page.html", context)


@action("orders.cancel_order")
def substitute(request: HttpRequest, ref: str) -> HttpResponse:
    position, qty, sku = number_of(request, "position"), number_of(request, "qty"), field_of(request, "sku")
    order = substitute_line(
        ref, position=position, sku=sku, qty=qty, is_agreed="is_agreed" in request.POST, **who(request)
    )
    added = order.lines.order_by("-position").values_list("position", flat=True)[0]
    words = f"{sku} is sent instead of {qty:,} units of {ref}"
    return done(request, ref, words, undo="orders:swap_back", again={"position": str(added)})


@action("orders.cancel_order")
def take_swap_back(request: HttpRequest, ref: str) -> HttpResponse:
    swap_back(ref, position=number_of(request, "position"), **who(request))
    return done(request, ref, f"{ref} has its first product again")
