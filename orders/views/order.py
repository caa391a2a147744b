"""One order, everything about it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.bounds import whole_number
from kernel.pages import render_page
from notifications.models import Delivery, Reply
from orders.models import EtaRevision, EtaRevisionKind, HoldKind, Order
from orders.queries.allocation import terms_of
from orders.queries.customer import customer_figures
from orders.queries.explanation import explain_order
from orders.queries.mentions import unread_on
from orders.queries.next_step import next_step
from orders.queries.order import eta_points, order_detail
from orders.queries.pegging import pegging_chart
from orders.queries.ranks import ranks_of
from orders.queries.substitutes import proposals
from orders.queries.timeline import GROUPS, order_timeline
from orders.queries.trying import try_expedite
from orders.rules import policies
from orders.views.order_steps import step_links
from orders.views.order_terms import terms_form

MESSAGES_SHOWN = 10
EVENTS_SHOWN = 12
LINES_AT_A_TIME = 100
FRAGMENTS = {"live": "orders/order_body.html"}
TRIAL_FRAGMENTS = dict.fromkeys(("order-trial", "panel-trial"), "orders/order_expedite_body.html")
HELP_FRAGMENTS = {"order-help": "orders/order_help_body.html"}


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def order(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one order; the live part is its body."""
    found = get_object_or_404(Order.objects.select_related("customer"), ref=ref)
    context = {
        **order_context(found),
        **step_links(request, found),
        "unread_mentions": unread_on(found.pk, request.user),
    }
    return render_page(request, "orders/order.html", context, fragments=FRAGMENTS)


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def order_help(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what an open order's date hangs on; made for the question, so the order page asks for it afterwards."""
    found = get_object_or_404(Order, ref=ref)
    today = timezone.localdate()
    context = {"order": found, "found": explain_order(found, policies.published(), today=today), "today": today}
    return render_page(request, "orders/order_help.html", context, fragments=HELP_FRAGMENTS)


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def order_lines(request: HttpRequest, ref: str) -> HttpResponse:
    """Show lines of a long order, a hundred at a time: the open ones, or those that are done."""
    detail = order_detail(get_object_or_404(Order.objects.select_related("customer"), ref=ref))
    which = "done" if request.GET.get("which") == "done" else "open"
    lines = detail.done_lines if which == "done" else detail.shown_lines
    start = min(whole_number(request.GET.get("start", "")) or 0, len(lines))
    items = lines[start : start + LINES_AT_A_TIME]
    context = {
        "detail": detail,
        "which": which,
        "items": items,
        "first": start + 1,
        "last": start + len(items),
        "following": start + len(items),
        "left": len(lines) - start - len(items),
        "total": len(lines),
    }
    fragments = {"order-lines": "orders/order_lines_more.html"}
    return render_page(request, "orders/order_lines_page.html", context, fragments=fragments)


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def order_expedite(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what expediting an order would win it, and who would wait longer for it."""
    found = get_object_or_404(Order, ref=ref)
    rank = ranks_of([found.pk]).get(found.pk, 0)
    trial = try_expedite(found, policies.published(), today=timezone.localdate(), rank=rank)
    context = {"order": found, "detail": {"order": found}, "trial": trial}
    return render_page(request, "orders/order_expedite.html", context, fragments=TRIAL_FRAGMENTS)


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def order_activity(request: HttpRequest, ref: str) -> HttpResponse:
    """Show everything that happened to an order, or one kind of it."""
    found = get_object_or_404(Order, ref=ref)
    group = request.GET.get("show", "")
    group = group if group in dict(GROUPS) else ""
    shown = order_timeline(found, revisions_of(found), limit=None, group=group)
    context = {
        "order": found,
        "events": shown.events,
        "group": group,
        "tabs": [("", "All"), *GROUPS],
    }
    return render_page(request, "orders/order_activity.html", context)


def revisions_of(order: Order) -> list[EtaRevision]:
    """Return the order's promise ledger, the oldest first, with who changed it."""
    return list(order.eta_revisions.select_related("actor").order_by("at", "pk"))


def order_context(order: Order) -> dict[str, Any]:
    """Return what the page shows."""
    revisions = revisions_of(order)
    timeline = order_timeline(order, revisions, limit=EVENTS_SHOWN)
    moves = [r for r in revisions if r.kind in (EtaRevisionKind.PLANNED, EtaRevisionKind.BY_HAND)]
    detail = order_detail(order)
    today = timezone.localdate()
    found = proposals(order) if detail.is_open else []
    return {
        "detail": detail,
        "next_step": next_step(detail, has_substitutes=bool(found), today=today),
        "today": today,
        "hold_kinds": HoldKind.choices,
        "moves": list(reversed(moves)),
        "eta_points": eta_points(revisions, detail.plan),
        "slips": sum(1 for r in moves if r.old_on and r.new_on and r.new_on > r.old_on),
        "events": timeline.events,
        "more_events": timeline.total - len(timeline.events),
        "messages_sent": Delivery.objects.filter(order_ref=order.ref).order_by("-pk")[:MESSAGES_SHOWN],
        "replies": Reply.objects.filter(order_ref=order.ref).order_by("-pk")[:MESSAGES_SHOWN],
        "figures": customer_figures(order.customer_id),
        "chart": pegging_chart(detail, today=today),
        "terms": terms_of(order),
        "terms_form": terms_form(order) if detail.is_open else None,
        "proposals": found,
    }
