"""One order in the agents' workspace: the days to choose from, what the form says so far, and the message it makes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_date

from kernel.bounds import read_day, whole_number
from kernel.errors import Invalid
from kernel.zones import viewer_time, viewer_zone
from notifications.channels.short import render_short, sms_parts
from notifications.delivering.outlook import outlook_of
from notifications.models import Channel, Delivery, Reply
from notifications.texts.languages import DEFAULT, language_of
from notifications.texts.rendering import render
from notifications.texts.words import read_once
from orders.dialogue import telling
from orders.dialogue.compensating import Offer, budget_in_force, offers, spent_in_month
from orders.dialogue.reaching import in_a_sentence, route_to
from orders.dialogue.snapshots import customer_payloads
from orders.handling.eta import refuse_eta
from orders.models import CompensationStep, LineEta, Order, OrderPlan, Telling
from orders.queries import untold
from orders.queries.calendar import weeks_of
from orders.queries.customer_order import ways_on
from orders.queries.macros import FilledIn, fill_in, macros_of
from orders.queries.order import OrderDetail, order_detail
from orders.queries.proposals import proposals

MORNING = time(8)
CALLS = tuple((way.value, way.label) for way in telling.CALLS_WITHOUT_ANSWER)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form says so far: the day, why, and what goes with it. ``is_other`` means a day typed by hand."""

    day: date | None
    splits: bool
    is_other: bool
    reason: str
    note: str
    step_id: int | None
    asks: bool

    @property
    def chosen(self) -> str:
        """The value of the day that is chosen, as ``DateChoice`` has it."""
        return f"{self.day.isoformat()}{untold.SPLITS if self.splits else ''}" if self.day else ""

    def filled_in(self, by: FilledIn) -> Draft:
        """Return it as a macro leaves it that was applied just now."""
        day, splits = (by.choice.on, by.choice.splits) if by.choice else (self.day, self.splits)
        step_id = by.offer.step.pk if by.offer else self.step_id
        return replace(self, day=day, splits=splits, reason=by.reason, note=by.note, step_id=step_id)

    def completed(self, choices: list[untold.DateChoice], plan: OrderPlan) -> Draft:
        """Return it with the plan's reason where it names none, and with the expected day."""
        reason = self.reason if self.reason in language_of(DEFAULT).reasons else untold.reason_key(plan)
        day = self.day or next((choice.on for choice in choices if choice.key == "expected"), None)
        return replace(self, day=day, reason=reason)


def order_context(request: HttpRequest, ref: str) -> dict[str, Any]:
    """Return what the middle and the right of the page show of one order."""
    order = get_object_or_404(Order.objects.select_related("customer"), ref=ref)
    detail, reasons = order_detail(order), list(language_of(DEFAULT).reasons.items())
    asked = request.POST if request.method == "POST" else request.GET
    proposal = proposals().filter(order_ref=ref).select_related("fact").first()
    if proposal:
        return {"detail": detail, "proposal_reasons": reasons, **_proposed(proposal, asked)}
    if detail.plan is None:
        return {"detail": detail}
    draft, choices = _draft(asked), _allowed(untold.date_choices(detail.plan, order), order, detail.plan, request)
    given = offers(order, eta_on=draft.day or detail.plan.eta_p50, actor=request.user, now=timezone.now())
    macros, wanted = macros_of(request.user), whole_number(asked.get("macro", ""))
    macro = next((each for each in macros if each.pk == wanted), None)
    filled = fill_in(macro, choices, given, language=language_of(order.customer.language).code) if macro else None
    if filled and "reason" not in asked:  # just applied; what was typed after it stands
        draft = draft.filled_in(filled)
    draft = draft.completed(choices, detail.plan)
    return {
        "detail": detail,
        "proposal": None,
        "choices": choices,
        "weeks": weeks_of(detail, draft.day, today=timezone.localdate()),
        "reasons": reasons,
        "macros": macros,
        "filled": filled,
        "ready_now": detail.plan.open_units - detail.plan.short_units,
        **_said(order, draft, given),
        **_known(order, detail),
        **_ways(order),
        "why": asked.get("why", ""),
        "calls": CALLS,
        "zone": viewer_zone(),
        "reminders": _reminders(viewer_time(timezone.now())),
        "may_see_contact": request.user.has_perm("orders.see_contact"),
    }


def _draft(asked: QueryDict) -> Draft:
    """Read the form; a day typed by hand goes before one that is offered."""
    other, (text, _, how) = _day(asked.get("other_on", "")), asked.get("eta_on", "").partition("/")
    return Draft(
        day=other or _day(text),
        splits=bool(how) and other is None,
        is_other=other is not None,
        reason=asked.get("reason", ""),
        note=asked.get("note", "")[: telling.MAX_NOTE],
        step_id=whole_number(asked.get("compensation", "")),
        asks="asks" in asked,
    )


def _said(order: Order, draft: Draft, given: list[Offer]) -> dict[str, Any]:
    """Return the fields of the form as they are filled in, and the message that they make."""
    step = next((offer.step for offer in given if offer.step.pk == draft.step_id), None)
    return {
        "chosen": draft.chosen,
        "eta_on": draft.day,
        "is_other": draft.is_other,
        "reason": draft.reason,
        "note": draft.note,
        "asks": draft.asks,
        "offers": given,
        "step": step,
        "budget_left": max(0, budget_in_force().monthly - spent_in_month(timezone.now())) if given else None,
        **_previews(order, draft, step),
    }


def _known(order: Order, detail: OrderDetail) -> dict[str, Any]:
    """Return what was said between us before, and the days of its lines."""
    by_hand = LineEta.objects.in_bulk([item.line.pk for item in detail.shown_lines])
    return {
        "line_rows": [(item, by_hand.get(item.line.pk)) for item in detail.shown_lines],
        "last_reply": Reply.objects.filter(order_ref=order.ref, is_automatic=False).order_by("-pk").first(),
        "last_choice": order.customer_choices.order_by("-pk").first(),
        "tried": Telling.objects.filter(order=order).select_related("actor").order_by("-at")[:3],
    }


def _proposed(proposal: Delivery, asked: QueryDict) -> dict[str, Any]:
    """Show a proposal in the words that it would have with the reason and the note of the form."""
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


def _previews(order: Order, draft: Draft, step: CompensationStep | None) -> dict[str, object]:
    """Render the message as it would leave, as a mail and in short."""
    payload = customer_payloads([order.pk])[order.pk]
    day = draft.day
    payload |= {"eta_on": day.isoformat() if day else None, "reason": draft.reason, "note": draft.note}
    payload |= {"asks": ways_on(order) if draft.asks else []}
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


def _day(text: str) -> date | None:
    try:
        return read_day(text, field="eta_on")
    except Invalid:
        return None
