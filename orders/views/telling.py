"""The agents' workspace: who has to be told a new date, what to say, send and next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from kernel.bounds import read_day, whole_number
from kernel.errors import DomainError, Invalid
from kernel.pages import render_page
from kernel.zones import aware_of_viewer, viewer_time
from orders.dialogue import telling
from orders.handling import attention
from orders.models import UNTOLD, Order, Telling, Way
from orders.queries import untold
from orders.queries.proposals import proposals
from orders.views.telling_order import order_context

TABS = (
    ("slips", "Not told"),
    ("approve", "To approve"),
    ("undated", "No ETA"),
    ("silent", "No word"),
    ("later", "Put off"),
    ("asked", "Asked"),
    ("told", "Told"),
)
PREVIEW = "telling-preview"

see_backlog = permission_required("orders.view_backlog", raise_exception=True)
send_messages = permission_required("notifications.send_message", raise_exception=True)


@require_safe
@see_backlog
def workspace(request: HttpRequest) -> HttpResponse:
    """Show the queue, and one order of it: the one asked for, or the first."""
    context = workspace_context(request)
    shown = "orders/telling_proposed.html" if context.get("proposal") else "orders/telling_message.html"
    fragments = {PREVIEW: shown, "live": "orders/telling_queue.html"}
    return render_page(request, "orders/telling.html", context, fragments=fragments)


@require_POST
@send_messages
def tell(request: HttpRequest, ref: str) -> HttpResponse:
    """Tell the customer by a message, or keep how a call ended; then the next of the queue."""
    get_object_or_404(Order, ref=ref)
    by = request.POST.get("by", Way.MAIL)
    try:
        told = _tell(request, ref, by)
    except DomainError as refusal:
        context = workspace_context(request, ref) | {"refusal": refusal, "said": request.POST}
        return render_page(request, "orders/telling.html", context, status=refusal.status)
    if by in (Way.MAIL, Way.KEPT):
        undo = f"undo {reverse('orders:untell', args=[ref])}?telling={told.pk}"
        in_time = f"is told in {settings.MESSAGE_HOLD_SECONDS} seconds"
        words = in_time if by == Way.MAIL else "is saved; the customer is not told"
        messages.success(request, f"{ref} {words}", extra_tags=undo)
    else:
        words = "is marked as told" if by == Way.REACHED else "still has to be told; the call is noted"
        code = f". The code is {told.compensation.code}" if told.compensation else ""
        messages.success(request, f"{ref} {words}{code}")
    return HttpResponseRedirect(f"{reverse('orders:telling')}?after={ref}")


@require_POST
@send_messages
def remind(request: HttpRequest, ref: str) -> HttpResponse:
    """Put a slip off to a time; then the next of the queue."""
    get_object_or_404(Order, ref=ref)
    try:
        until_at = _reminder(request.POST)
        note, now = request.POST.get("why", ""), timezone.now()
        attention.snooze(ref, kind=UNTOLD, until_at=until_at, note=note, actor=request.user, now=now)
    except DomainError as refusal:
        context = workspace_context(request, ref) | {"refusal": refusal, "said": request.POST}
        return render_page(request, "orders/telling.html", context, status=refusal.status)
    undo = f"undo {reverse('orders:wake', args=[ref])}?kind={UNTOLD}"
    at = viewer_time(until_at)
    messages.success(request, f"{ref} is back on {at:%-d %B at %H:%M}", extra_tags=undo)
    return HttpResponseRedirect(f"{reverse('orders:telling')}?after={ref}")


@require_POST
@send_messages
def untell(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a message back that has not left, and what was done with it."""
    given = request.GET.get("telling", "")
    found = get_object_or_404(Telling, pk=whole_number(given) or 0, order__ref=ref)
    try:
        telling.take_back(found.pk, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        words = "message taken back" if found.way == Way.MAIL else "no longer saved without telling"
        messages.success(request, f"{ref}: {words}")
    return HttpResponseRedirect(f"{reverse('orders:telling')}?ref={ref}")


def _tell(request: HttpRequest, ref: str, by: str) -> Telling:
    note, now = request.POST.get("note", ""), timezone.now()
    if by in telling.CALLS_WITHOUT_ANSWER:
        return telling.called_in_vain(ref, way=by, note=request.POST.get("call_note", ""), actor=request.user, now=now)
    chosen, _, how = request.POST.get("eta_on", "").partition("/")
    other = request.POST.get("other_on", "")
    besides = telling.Besides(
        splits=bool(how) and not other,
        asks="asks" in request.POST,
        step_id=whole_number(request.POST.get("compensation", "")),
        macro_id=whole_number(request.POST.get("macro", "")),
    )
    said: dict[str, Any] = {
        "eta_on": read_day(other or chosen, field="eta_on"),
        "besides": besides,
        "actor": request.user,
        "now": now,
        "version": whole_number(request.POST.get("version", "")),
    }
    if by == Way.KEPT:
        del said["besides"]
        return telling.save_untold(ref, why=request.POST.get("why", ""), **said)
    if by == Way.REACHED:
        return telling.told_by_phone(ref, note=request.POST.get("call_note", ""), **said)
    return telling.tell_date(ref, reason=request.POST.get("reason", ""), note=note, **said)


def workspace_context(request: HttpRequest, ref: str = "") -> dict[str, Any]:
    """Return what the page shows; ``ref`` is the order of a form that was refused."""
    now = timezone.now()
    tab = request.GET.get("tab") if request.GET.get("tab") in dict(TABS) else "slips"
    told = untold.told_since(untold.start_of_day(now))
    rows = _rows(str(tab), request)
    counts = {
        "slips": untold.counted(untold.untold()),
        "approve": proposals().count(),
        "undated": untold.counted(untold.untold(is_dated=False)),
        "silent": untold.counted(untold.silent(now=now)),
        "later": untold.counted(untold.put_off()),
        "asked": untold.asked(now=now).count(),
        "told": told.count(),
    }
    proposed = proposals()[: untold.SHOWN] if tab == "approve" else ()
    asked = untold.answers(untold.asked(now=now)) if tab == "asked" else []
    refs = [row.plan.order.ref for row in rows] + [each.order_ref for each in proposed]
    refs += [each.telling.order.ref for each in asked]
    chosen = ref or request.GET.get("ref", "") or (refs[0] if refs else "")
    return {
        "tab": tab,
        "tabs": [(key, label, counts[key]) for key, label in TABS],
        "rows": rows,
        "proposed": proposed,
        "told": told[: untold.SHOWN] if tab == "told" else (),
        "asked": asked,
        "told_share": round(100 * counts["told"] / max(1, counts["told"] + counts["slips"])),
        "counts": counts,
        "may_send": request.user.has_perm("notifications.send_message"),
        "may_prepare": request.user.has_perm("orders.change_macros"),
        **(order_context(request, chosen) if chosen else {}),
    }


def _rows(tab: str, request: HttpRequest) -> list[untold.Waiting]:
    """Return the head of the queue without the order that was told a moment ago."""
    sets = {"slips": untold.untold, "later": untold.put_off, "undated": lambda: untold.untold(is_dated=False)}
    now = timezone.now()
    if tab == "silent":
        rows = untold.queue(untold.silent(now=now), now=now)
    elif tab in sets:
        rows = untold.queue(sets[tab](), now=now)
    else:
        rows = []
    return [row for row in rows if row.plan.order.ref != request.GET.get("after")]


def _reminder(said: Any) -> datetime:
    """Return the time that a form names: one that was offered, or any other."""
    try:
        at = parse_datetime(said.get("until_at", "") or said.get("other_at", ""))
    except ValueError:  # the 31st of a short month
        at = None
    if at is None:
        raise Invalid("Choose a time from now on.", fields={"until_at": "Choose a time from now on."})
    return aware_of_viewer(at) if timezone.is_naive(at) else at
