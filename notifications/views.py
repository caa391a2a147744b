"""Messages: what customers were told, are about to be told, or were not told and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from django.contrib import messages as toasts
from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from kernel.errors import DomainError, Invalid
from kernel.pages import address, cursor_of, page_links, render_page
from kernel.paging import SortKey, parse_int, take_page
from notifications.delivering import resending
from notifications.delivering.outlook import outlook_of, with_overtaken
from notifications.integrity import delivery_counts
from notifications.models import Channel, Delivery, DeliveryState, Fact, FactState
from notifications.rules.rules_page import MAY_CHANGE
from notifications.rules.valve import message_rules

NEWEST_FIRST = [SortKey("pk", True, parse_int)]
TABS = (
    ("all", "All", ()),
    ("waiting", "Waiting", (DeliveryState.PENDING, DeliveryState.SENDING)),
    ("sent", "Sent", (DeliveryState.SENT,)),
    ("trouble", "Needs a look", (DeliveryState.FAILED, DeliveryState.UNCERTAIN)),
    ("untold", "Not sent", (DeliveryState.SUPPRESSED, DeliveryState.SUPERSEDED)),
)
# Mail clients know no styles but inline ones; nothing else may load or run.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; sandbox"

see_backlog = permission_required("orders.view_backlog", raise_exception=True)
send_messages = permission_required("notifications.send_message", raise_exception=True)


class Verb(Protocol):
    def __call__(self, delivery_id: int, *, actor: Any, now: datetime) -> Delivery: ...


@require_safe
@see_backlog
def messages_page(request: HttpRequest) -> HttpResponse:
    """List messages, the newest first."""
    state, text = request.GET.get("state") or "all", request.GET.get("q", "").strip()
    channel = request.GET.get("channel", "")
    try:
        rows = _matching(state, text, channel)
        page = take_page(rows, NEWEST_FIRST, **cursor_of(request))
    except Invalid as refusal:
        return render_page(request, "notifications/refused.html", {"refusal": refusal}, status=400)
    counts = delivery_counts()
    context = {
        "rows": page.rows,
        "tabs": [(key, label, _count(counts, states), address(request, state=key)) for key, label, states in TABS],
        "state": state,
        "text": text,
        "channel": channel,
        "channel_label": dict(Channel.choices).get(channel, ""),
        "may_see_contact": request.user.has_perm("orders.see_contact"),
        "is_paused": message_rules().is_paused,
        "set_aside": _set_aside() if request.user.has_perm(MAY_CHANGE) else 0,
        **page_links(request, page),
    }
    return render_page(request, "notifications/messages.html", context, fragments={"live": "notifications/list.html"})


@require_safe
@see_backlog
def message(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show one message as it was or will be sent."""
    return _message_page(request, get_object_or_404(Delivery.objects.select_related("fact"), pk=delivery_id))


@require_safe
@see_backlog
@xframe_options_sameorigin
def message_html(_request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Serve the HTML part of a message for its frame, with a policy under which nothing can load or run; of one that
    waits as it would be now."""
    delivery = get_object_or_404(Delivery.objects.select_related("fact"), pk=delivery_id)
    outlook = outlook_of(delivery, now=timezone.now())
    html = outlook.mail.body_html if outlook and outlook.mail else delivery.body_html
    return HttpResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})


@require_POST
@send_messages
def stop(request: HttpRequest, delivery_id: int) -> HttpResponse:
    return _decide(request, delivery_id, resending.stop, "Message stopped. The customer is not told.")


@require_POST
@send_messages
def send_again(request: HttpRequest, delivery_id: int) -> HttpResponse:
    return _decide(request, delivery_id, resending.send_again, "Message goes out again.")


def _decide(request: HttpRequest, delivery_id: int, verb: Verb, done: str) -> HttpResponse:
    delivery = get_object_or_404(Delivery.objects.select_related("fact"), pk=delivery_id)
    try:
        verb(delivery_id, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        delivery.refresh_from_db()
        return _message_page(request, delivery, refusal=refusal)
    toasts.success(request, done)
    return redirect("notifications:message", delivery_id)


def _message_page(request: HttpRequest, delivery: Delivery, *, refusal: DomainError | None = None) -> HttpResponse:
    outlook = outlook_of(delivery, now=timezone.now())
    words = outlook.mail if outlook and outlook.mail else delivery
    context = {
        "message": delivery,
        "outlook": outlook,
        "words": words,
        "has_new_words": words.body_text != delivery.body_text,
        "may_see_contact": request.user.has_perm("orders.see_contact"),
        "may_send": request.user.has_perm("notifications.send_message"),
        "can_stop": delivery.state == DeliveryState.PENDING,
        "can_send_again": delivery.state in resending.AGAIN,
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    fragments = {"live": "notifications/message_body.html"}
    return render_page(request, "notifications/message.html", context, fragments=fragments, status=status)


def _matching(state: str, text: str, channel: str) -> QuerySet[Delivery]:
    states = {key: states for key, _, states in TABS}
    if state not in states or channel not in ("", *Channel.values) or "\0" in text or len(text) > 100:
        raise Invalid("There is no such view of the messages. Start again from all messages.")
    rows = with_overtaken(Delivery.objects.all())
    if states[state]:
        rows = rows.filter(state__in=states[state])
    if channel:
        rows = rows.filter(channel=channel)
    if text:
        rows = rows.filter(Q(order_ref__iexact=text) | Q(customer_code__iexact=text) | Q(customer_name__icontains=text))
    return rows


def _set_aside() -> int:
    return Fact.objects.filter(state=FactState.QUARANTINED).count()


def _count(counts: dict[str, int], states: tuple[DeliveryState, ...]) -> int:
    return sum(counts[state] for state in states or counts)
