"""The agents' workspace: who has to be told a new date, what to say, send and next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.http import require_POST, require_safe

from kernel.bounds import read_day
from kernel.errors import DomainError, Invalid
from kernel.pages import render_page
from kernel.zones import aware_of_viewer, viewer_time, viewer_zone
from notifications.channels.short import render_short, sms_parts
from notifications.delivering.outlook import outlook_of
from notifications.models import Channel, Delivery, Reply
from notifications.texts.languages import DEFAULT, language_of
from notifications.texts.rendering import render
from notifications.texts.words import read_once
from orders.dialogue import telling
from orders.dialogue.compensating import budget_in_force, offers, spent_in_month
from orders.dialogue.reaching import in_a_sentence, route_to
from orders.dialogue.snapshots import customer_payloads
from orders.handling import attention
from orders.handling.eta import refuse_eta
from orders.models import UNTOLD, CompensationStep, LineEta, Order, OrderPlan, Telling, Way
from orders.queries import untold
from orders.queries.calendar import weeks_of
from orders.queries.customer_order import ways_on
from orders.queries.macros import fill_in, macros_of
from orders.queries.order import order_detail
from orders.queries.proposals import proposals

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
MORNING = time(8)
CALLS = tuple((way.value, way.label) for way in telling.CALLS_WITHOUT_ANSWER)

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
    found = get_object_or_404(Telling, pk=_number(given) or 0, order__ref=ref)
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
        step_id=_number(request.POST.get("compensation", "")),
        macro_id=_number(request.POST.get("macro", "")),
    )
    said: dict[str, Any] = {
        "eta_on": read_day(other or chosen, field="eta_on"),
        "besides": besides,
        "actor": request.user,
        "now": now,
        "version": _number(request.POST.get("version", "")),
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
        **(_order_context(request, chosen) if chosen else {}),
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


def _order_context(request: HttpRequest, ref: str) -> dict[str, Any]:
    """Return what the middle and the right of the page show of one order."""
    order = get_object_or_404(Order.objects.select_related("customer"), ref=ref)
    detail = order_detail(order)
    proposal = proposals().filter(order_ref=ref).select_related("fact").first()
    sentences = language_of(DEFAULT).reasons
    if proposal:
        return {"detail": detail, "proposal_reasons": list(sentences.items()), **_proposed(proposal, request)}
    if detail.plan is None:
        return {"detail": detail}
    choices = _allowed(untold.date_choices(detail.plan, order), order, detail.plan, request)
    asked = request.POST if request.method == "POST" else request.GET
    day, splits, is_other = _asked_day(asked.get("other_on", "")), False, True
    if day is None:
        text, _, how = asked.get("eta_on", "").partition("/")
        day, splits, is_other = _asked_day(text), bool(how), False
    given = offers(order, eta_on=day or detail.plan.eta_p50, actor=request.user, now=timezone.now())
    asks = "asks" in asked
    reason, note = asked.get("reason", ""), asked.get("note", "")[: telling.MAX_NOTE]
    step_id = _number(asked.get("compensation", ""))
    macros = macros_of(request.user)
    wanted = _number(asked.get("macro", ""))
    macro = next((each for each in macros if each.pk == wanted), None)
    filled = fill_in(macro, choices, given, language=language_of(order.customer.language).code) if macro else None
    if filled and "reason" not in asked:  # just applied; what was typed after it stands
        reason, note = filled.reason, filled.note
        day, splits = (filled.choice.on, filled.choice.splits) if filled.choice else (day, splits)
        step_id = filled.offer.step.pk if filled.offer else step_id
    reason = reason if reason in sentences else untold.reason_key(detail.plan)
    if day is None and choices:
        first = next(choice for choice in choices if choice.key == "expected")
        day = first.on
    by_hand = LineEta.objects.in_bulk([item.line.pk for item in detail.shown_lines])
    step = next((offer.step for offer in given if offer.step.pk == step_id), None)
    return {
        "detail": detail,
        "proposal": proposal,
        "choices": choices,
        "chosen": f"{day.isoformat()}{untold.SPLITS if splits else ''}" if day else "",
        "weeks": weeks_of(detail, day, today=timezone.localdate()),
        "reasons": list(sentences.items()),
        "reason": reason,
        "eta_on": day,
        "is_other": is_other,
        "note": note,
        "offers": given,
        "step": step,
        "budget_left": max(0, budget_in_force().monthly - spent_in_month(timezone.now())) if given else None,
        "macros": macros,
        "filled": filled,
        "calls": CALLS,
        "last_reply": Reply.objects.filter(order_ref=order.ref, is_automatic=False).order_by("-pk").first(),
        "tried": Telling.objects.filter(order=order).select_related("actor").order_by("-at")[:3],
        "line_rows": [(item, by_hand.get(item.line.pk)) for item in detail.shown_lines],
        "asks": asks,
        "why": asked.get("why", ""),
        "zone": viewer_zone(),
        "reminders": _reminders(viewer_time(timezone.now())),
        "last_choice": order.customer_choices.order_by("-pk").first(),
        "ready_now": detail.plan.open_units - detail.plan.short_units,
        **_previews(detail.order, day, reason, note, step, asks=asks),
        **_ways(order),
        "may_see_contact": request.user.has_perm("orders.see_contact"),
    }


def _proposed(proposal: Delivery, request: HttpRequest) -> dict[str, Any]:
    """Show a proposal in the words that it would have with the reason and the note of the form."""
    asked = request.POST if request.method == "POST" else request.GET
    reason, note = asked.get("reason", ""), asked.get("note", "")[: telling.MAX_NOTE]
    known = reason in language_of(DEFAULT).reasons
    words = {**({"reason": reason} if known else {}), **({"note": note} if note else {})}
    proposal.wording = {**proposal.wording, **words, "by_colleague": True}
    outlook = outlook_of(proposal, now=timezone.now())
    return {"proposal": proposal, "outlook": outlook, "words": outlook.mail if outlook and outlook.mail else proposal}


def _allowed(
    choices: list[untold.DateChoice], order: Order, plan: OrderPlan, request: HttpRequest
) -> list[untold.DateChoice]:
    """Say of each day that is not the order's own why this person may not set it, if so."""
    own_on, today = order.eta_by_hand_on or plan.eta_p50, timezone.localdate()

    def refused(day: date) -> str:
        if day == own_on:
            return ""
        wanted, current = {order.pk: day}, {order.pk: own_on}
        return refuse_eta([order], wanted, current, actor=request.user, today=today).get(order.pk, "")

    return [replace(choice, refusal=refused(choice.on)) for choice in choices]


def _ways(order: Order) -> dict[str, object]:
    """Return how a message would reach the customer now, or why none does."""
    route = route_to(order.customer)
    return {
        "route": route,
        "goes_by": route.ways[0].channel if route.ways else "",
        "mails_to": [way for way in route.first if way.channel == Channel.EMAIL],
        "shorts_to": [way for way in route.first if way.channel != Channel.EMAIL],
        "why_not": in_a_sentence(route.why_not),
    }


def _previews(
    order: Order, day: date | None, reason: str, note: str, step: CompensationStep | None, *, asks: bool
) -> dict[str, object]:
    """Render the message as it would leave, as a mail and in short."""
    payload = customer_payloads([order.pk])[order.pk]
    payload |= {"eta_on": day.isoformat() if day else None, "reason": reason, "note": note}
    payload |= {"asks": ways_on(order) if asks else []}
    if step:
        given = {"kind": step.kind, "percent": step.percent, "amount": str(step.amount), "code": "··········"}
        payload |= {"compensation": given}
    told_on = parse_date(payload["told_on"] or "")
    kind = telling.news_of(day, told_on).removeprefix("orders.") if day and told_on else "eta_slipped"
    how: dict[str, Any] = {"language": order.customer.language, "told_on": told_on, "today": timezone.localdate()}
    with read_once():
        short = render_short(kind, payload, **how)
        return {"mail": render(kind, payload, **how), "short": short, "short_parts": sms_parts(short.body_text)}


def _reminders(now: datetime) -> list[tuple[str, datetime]]:
    """Return the times to be reminded at that are offered: in two hours, and the mornings of tomorrow and of Monday."""
    morning = now.replace(hour=MORNING.hour, minute=MORNING.minute, second=0, microsecond=0)
    soon = (now + timedelta(hours=2)).replace(second=0, microsecond=0)
    monday = morning + timedelta(days=7 - now.weekday())
    tomorrow = morning + timedelta(days=1)
    mornings = [("Tomorrow", tomorrow)] + ([("Monday", monday)] if monday != tomorrow else [])
    return [("In two hours", soon), *mornings]


def _reminder(said: Any) -> datetime:
    """Return the time that a form names: one that was offered, or any other."""
    try:
        at = parse_datetime(said.get("until_at", "") or said.get("other_at", ""))
    except ValueError:  # the 31st of a short month
        at = None
    if at is None:
        raise Invalid("Choose a time from now on.", fields={"until_at": "Choose a time from now on."})
    return aware_of_viewer(at) if timezone.is_naive(at) else at


def _asked_day(text: str) -> date | None:
    try:
        return read_day(text, field="eta_on")
    except Invalid:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
