"""The agents' workspace: who has to be told a new date, what to say, send and next."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from kernel.bounds import read_day
from kernel.errors import DomainError, Invalid
from kernel.pages import render_page
from notifications.languages import DEFAULT, language_of
from notifications.rendering import render
from orders import telling
from orders.models import Order
from orders.queries import untold
from orders.queries.order import order_detail
from orders.snapshots import customer_payloads

TABS = (("slips", "Not told"), ("undated", "No ETA"), ("told", "Told today"))
PREVIEW = "telling-preview"

see_backlog = permission_required("orders.view_backlog", raise_exception=True)
send_messages = permission_required("notifications.send_message", raise_exception=True)


@require_safe
@see_backlog
def workspace(request: HttpRequest) -> HttpResponse:
    """Show the queue, and one order of it: the one asked for, or the first."""
    fragments = {PREVIEW: "orders/telling_message.html", "live": "orders/telling_queue.html"}
    return render_page(request, "orders/telling.html", _context(request), fragments=fragments)


@require_POST
@send_messages
def tell(request: HttpRequest, ref: str) -> HttpResponse:
    """Tell the customer by a message, or keep that they were told by telephone; then the next of the queue."""
    order = get_object_or_404(Order, ref=ref)
    by_hand = order.eta_by_hand_on
    by_phone = request.POST.get("by") == "phone"
    try:
        said: dict[str, Any] = {
            "eta_on": read_day(request.POST.get("other_on") or request.POST.get("eta_on", ""), field="eta_on"),
            "note": request.POST.get("note", ""),
            "actor": request.user,
            "now": timezone.now(),
            "version": _version(request.POST.get("version", "")),
        }
        if by_phone:
            telling.told_by_phone(ref, **said)
        else:
            telling.tell_date(ref, reason=request.POST.get("reason", ""), **said)
    except DomainError as refusal:
        context = _context(request, ref) | {"refusal": refusal, "said": request.POST}
        return render_page(request, "orders/telling.html", context, status=refusal.status)
    undo = f"{reverse('orders:untell', args=[ref])}?by_hand={by_hand or ''}"
    words = "marked as told" if by_phone else f"told in {settings.MESSAGE_HOLD_SECONDS} seconds"
    messages.success(request, f"{order.ref} is {words}", extra_tags="" if by_phone else f"undo {undo}")
    return HttpResponseRedirect(f"{reverse('orders:telling')}?after={ref}")


@require_POST
@send_messages
def untell(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a message back that has not left."""
    given = request.GET.get("by_hand", "")
    try:
        by_hand = read_day(given, field="by_hand") if given else None
        telling.take_back(ref, eta_by_hand_on=by_hand, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, f"{ref}: message taken back")
    return HttpResponseRedirect(f"{reverse('orders:telling')}?ref={ref}")


def _context(request: HttpRequest, ref: str = "") -> dict[str, Any]:
    now = timezone.now()
    tab = request.GET.get("tab") if request.GET.get("tab") in dict(TABS) else "slips"
    told = untold.told_since(untold.start_of_day(now))
    rows = [] if tab == "told" else untold.queue(is_dated=tab == "slips", now=now)
    rows = [row for row in rows if row.plan.order.ref != request.GET.get("after")]  # told a moment ago
    counts = {
        "slips": untold.counted(untold.untold()),
        "undated": untold.counted(untold.untold(is_dated=False)),
        "told": told.count(),
    }
    chosen = _chosen(ref or request.GET.get("ref", ""), [row.plan.order.ref for row in rows])
    return {
        "tab": tab,
        "tabs": [(key, label, counts[key]) for key, label in TABS],
        "rows": rows,
        "told": told[: untold.SHOWN] if tab == "told" else (),
        "told_share": round(100 * counts["told"] / max(1, counts["told"] + counts["slips"])),
        "counts": counts,
        "may_send": request.user.has_perm("notifications.send_message"),
        **(_order_context(request, chosen) if chosen else {}),
    }


def _chosen(ref: str, refs: list[str]) -> str:
    return ref or (refs[0] if refs else "")


def _order_context(request: HttpRequest, ref: str) -> dict[str, Any]:
    """Return what the middle and the right of the page show of one order."""
    order = get_object_or_404(Order.objects.select_related("customer"), ref=ref)
    detail = order_detail(order)
    if detail.plan is None:
        return {"detail": detail}
    choices = untold.date_choices(detail.plan)
    asked = request.POST if request.method == "POST" else request.GET
    reason, sentences = asked.get("reason", ""), language_of(DEFAULT).reasons
    reason = reason if reason in sentences else untold.reason_key(detail.plan)
    other = _asked_day(asked.get("other_on", ""))
    day = other or _asked_day(asked.get("eta_on", "")) or (choices[0].on if choices else None)
    return {
        "detail": detail,
        "choices": choices,
        "reasons": list(sentences.items()),
        "reason": reason,
        "eta_on": day,
        "is_other": bool(other),
        "note": asked.get("note", "")[: telling.MAX_NOTE],
        "mail": _preview(detail.order, day, reason, asked.get("note", "")[: telling.MAX_NOTE]),
        "may_see_contact": request.user.has_perm("orders.see_contact"),
    }


def _preview(order: Order, day: date | None, reason: str, note: str) -> Any:
    """Render the message as it would leave."""
    payload = customer_payloads([order.pk])[order.pk]
    payload |= {"eta_on": day.isoformat() if day else None, "reason": reason, "note": note}
    told_on = parse_date(payload["told_on"] or "")
    kind = "eta_improved" if day and told_on and day < told_on else "eta_slipped"
    return render(kind, payload, language=order.customer.language, told_on=told_on, today=timezone.localdate())


def _asked_day(text: str) -> date | None:
    try:
        return read_day(text, field="eta_on")
    except Invalid:
        return None


def _version(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
