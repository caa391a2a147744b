"""Channels on a page: who carries what, how it goes, and trying it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages as toasts
from django.contrib.auth.decorators import permission_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.errors import DomainError
from kernel.forms import VerbForm
from kernel.pages import render_page
from notifications.channels.configuring import set_gateway
from notifications.channels.gateway_courier import service_of
from notifications.channels.gateways import SHORT_CHANNELS, url_of
from notifications.channels.trying import try_channel
from notifications.models import Channel, Delivery, DeliveryState, Gateway

MANAGE = "notifications.manage_channels"
LATELY = timedelta(days=7)
EXAMPLES = {
    Channel.SMS: "twilio://SID:TOKEN@+441632960000/{to}",
    Channel.CHAT: "tgram://TOKEN/{to}",
    Channel.PUSH: "ntfy://{to}",
}
COLUMNS = (
    ("Waiting", (DeliveryState.PENDING, DeliveryState.SENDING)),
    ("Sent", (DeliveryState.SENT,)),
    ("Failed", (DeliveryState.FAILED,)),
    ("Unsure", (DeliveryState.UNCERTAIN,)),
)

see_backlog = permission_required("orders.view_backlog", raise_exception=True)
manage_channels = permission_required(MANAGE, raise_exception=True)


class GatewayForm(VerbForm):
    url = forms.CharField(label="Address of the gateway", required=False, max_length=500, strip=True)
    is_active = forms.BooleanField(label="Messages go out", required=False)
    is_fallback = forms.BooleanField(label="Stands in where e-mail cannot be delivered", required=False)


class TrialForm(VerbForm):
    to = forms.CharField(label="Send a trial message to", max_length=200)


@require_safe
@see_backlog
def channels(request: HttpRequest) -> HttpResponse:
    """Show who carries the messages of each channel, and what became of those of the last seven days."""
    return _page(request)


@require_POST
@manage_channels
def save(request: HttpRequest, channel: str) -> HttpResponse:
    """Keep who carries a channel."""
    if channel not in SHORT_CHANNELS:
        raise Http404
    form = GatewayForm(request.POST)
    if not form.is_valid():
        return _page(request, channel, form)
    try:
        set_gateway(channel, **form.cleaned_data, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        form.take_refusal(refusal)
        return _page(request, channel, form)
    toasts.success(request, f"{Channel(channel).label} is set up. Send yourself a trial message.")
    return redirect("notifications:channels")


@require_POST
@manage_channels
def attempt(request: HttpRequest, channel: str) -> HttpResponse:
    """Send a trial message by a channel."""
    if channel not in Channel.values:
        raise Http404
    form = TrialForm(request.POST)
    if not form.is_valid():
        return _page(request, channel, trial=form)
    try:
        try_channel(channel, form.cleaned_data["to"])
    except DomainError as refusal:
        form.take_refusal(refusal)
        return _page(request, channel, trial=form)
    toasts.success(request, f"The {Channel(channel).label} message was taken. Look whether it arrives.")
    return redirect("notifications:channels")


def _page(
    request: HttpRequest, named: str = "", form: GatewayForm | None = None, trial: TrialForm | None = None
) -> HttpResponse:
    rows = {row.channel: row for row in Gateway.objects.select_related("changed_by")}
    counts = _counts(since=timezone.now() - LATELY)
    entries = [_entry(channel, rows.get(channel), counts) for channel in Channel]
    for entry in entries:
        is_named = entry["channel"] == named
        entry["form"] = form if form and is_named else GatewayForm(initial=entry["set"])
        entry["trial"] = trial if trial and is_named else TrialForm()
    refused = form or trial
    context = {
        "entries": entries,
        "columns": [label for label, _ in COLUMNS],
        "may_manage": request.user.has_perm(MANAGE),
        "may_webhooks": request.user.has_perm("notifications.manage_webhooks"),
    }
    return render_page(request, "notifications/channels.html", context, status=refused.status if refused else 200)


def _entry(channel: Channel, row: Gateway | None, counts: Counter[tuple[str, str]]) -> dict[str, Any]:
    is_mail, by_environment = channel == Channel.EMAIL, bool(settings.GATEWAYS.get(channel))
    url = "" if is_mail else url_of(channel, row)
    return {
        "channel": channel.value,
        "label": channel.label,
        "is_mail": is_mail,
        "carrier": _mail_carrier() if is_mail else service_of(url),
        "works": is_mail or bool(url),
        "is_fallback": bool(row and row.is_fallback),
        "by_environment": by_environment,
        "example": EXAMPLES.get(channel, ""),
        "row": row,
        "set": {"is_active": row.is_active if row else True, "is_fallback": bool(row and row.is_fallback)},
        "counts": [sum(counts[channel, state] for state in states) for _, states in COLUMNS],
    }


def _mail_carrier() -> str:
    if settings.EMAIL_PROVIDER:
        return settings.EMAIL_PROVIDER.replace("_", " ").capitalize()
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"


def _counts(*, since: datetime) -> Counter[tuple[str, str]]:
    rows = Delivery.objects.filter(created_at__gte=since).order_by().values_list("channel", "state")
    return Counter({(channel, state): count for channel, state, count in rows.annotate(Count("pk"))})
