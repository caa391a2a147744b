"""Webhooks on a page: who hears what, how it goes, what became of each delivery; making, stopping and starting them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages as toasts
from django.contrib.auth.decorators import permission_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.errors import DomainError
from kernel.forms import VerbForm
from kernel.pages import render_page
from notifications.models import Webhook, WebhookDelivery, WebhookDeliveryState
from notifications.webhooks.addresses import MAX_URL
from notifications.webhooks.events import NAMES
from notifications.webhooks.registering import change_webhook, make_webhook

LATELY = timedelta(days=7)
SHOWN = 50

manage_webhooks = permission_required("notifications.manage_webhooks", raise_exception=True)


class WebhookForm(VerbForm):
    url = forms.CharField(
        label="Address", max_length=MAX_URL, strip=True, help_text="Such as https://example.com/hooks."
    )
    description = forms.CharField(label="What for", required=False, max_length=200)
    events = forms.MultipleChoiceField(
        label="Hears", required=False, choices=[(name, name) for name in NAMES], widget=forms.CheckboxSelectMultiple
    )


@require_safe
@manage_webhooks
def webhooks(request: HttpRequest) -> HttpResponse:
    """Show the webhooks, and what was sent to them lately."""
    return _page(request, WebhookForm())


@require_POST
@manage_webhooks
def add(request: HttpRequest) -> HttpResponse:
    """Make a webhook and show its secret, which no page shows again."""
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=form.status)
    try:
        made = make_webhook(**form.cleaned_data, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        form.take_refusal(refusal)
        return _page(request, form, status=form.status)
    response = _page(request, WebhookForm(), made=made)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@manage_webhooks
def change(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Stop a webhook, or start it again."""
    starts = request.POST.get("do") == "start"
    try:
        change_webhook(webhook_id, is_active=starts, actor=request.user)
    except DomainError as refusal:
        toasts.error(request, refusal.detail)
    else:
        toasts.success(request, "It hears again, and first what it missed." if starts else "It hears nothing more.")
    return redirect("notifications:webhooks")


def _page(request: HttpRequest, form: WebhookForm, *, made: Webhook | None = None, status: int = 200) -> HttpResponse:
    lately = WebhookDelivery.objects.filter(created_at__gte=timezone.now() - LATELY).order_by()
    counts: Counter[tuple[int, str]] = Counter(
        {(pk, state): count for pk, state, count in lately.values_list("webhook", "state").annotate(Count("pk"))}
    )
    context: dict[str, Any] = {
        "rows": [
            (webhook, [(state.label, counts[webhook.pk, state]) for state in WebhookDeliveryState])
            for webhook in Webhook.objects.order_by("pk")
        ],
        "columns": WebhookDeliveryState.labels,
        "deliveries": WebhookDelivery.objects.select_related("webhook", "fact").order_by("-pk")[:SHOWN],
        "form": form,
        "made": made,
    }
    return render_page(request, "notifications/webhooks.html", context, status=status)
