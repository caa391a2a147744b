"""One order, everything about it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.pages import render_page
from notifications.models import Delivery
from orders import policies
from orders.models import EtaRevisionKind, HoldKind, Order
from orders.queries.allocation import picks_of, terms_of
from orders.queries.customer import customer_figures
from orders.queries.explanation import explain_order
from orders.queries.order import eta_points, order_detail
from orders.queries.substitutes import proposals
from orders.queries.timeline import order_timeline
from orders.views.order_steps import step_links

MESSAGES_SHOWN = 10
FRAGMENTS = {"live": "orders/order_body.html"}
HELP_FRAGMENTS = {"order-help": "orders/order_help_body.html"}


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def order(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one order; the live part is its body."""
    found = get_object_or_404(Order.objects.select_related("customer"), ref=ref)
    context = {**order_context(found), **step_links(request, found)}
    return render_page(request, "orders/order.html", context, fragments=FRAGMENTS)


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def order_help(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what an open order's date hangs on; made for the question, so the order page asks for it afterwards."""
    found = get_object_or_404(Order, ref=ref)
    context = {
        "order": found,
        "found": explain_order(found, policies.published(), today=timezone.localdate()),
    }
    return render_page(request, "orders/order_help.html", context, fragments=HELP_FRAGMENTS)


def order_context(order: Order) -> dict[str, Any]:
    """Return what the page shows."""
    revisions = list(order.eta_revisions.select_related("actor").order_by("at", "pk"))
    moves = [r for r in revisions if r.kind in (EtaRevisionKind.PLANNED, EtaRevisionKind.BY_HAND)]
    detail = order_detail(order)
    return {
        "detail": detail,
        "today": timezone.localdate(),
        "hold_kinds": HoldKind.choices,
        "moves": list(reversed(moves)),
        "eta_points": eta_points(revisions, detail.plan),
        "slips": sum(1 for r in moves if r.old_on and r.new_on and r.new_on > r.old_on),
        "events": order_timeline(order, revisions).events,
        "messages_sent": Delivery.objects.filter(order_ref=order.ref).order_by("-pk")[:MESSAGES_SHOWN],
        "figures": customer_figures(order.customer_id),
        "picks": picks_of(order),
        "terms": terms_of(order),
        "proposals": proposals(order) if detail.is_open else [],
    }
