"""From a fact to what each webhook is sent, and what becomes of it: PostgreSQL is the queue (docs/concurrency.md)."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from kernel.kick import kick
from kernel.leases import claim
from notifications.models import Fact, Webhook, WebhookDelivery, WebhookDeliveryState
from notifications.webhooks.events import EVENTS
from notifications.webhooks.posting import Answer, post

SEND_TASK = "notifications.tasks.send_webhooks"
BATCH = 20
LEASE = timedelta(seconds=60)
# Seconds between tries, as Standard Webhooks recommends: within a day and a bit, then given up.
WAITS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400)
GONE = 410
TIME_FOR_BATCH = timedelta(seconds=45)


def enqueue(facts: Sequence[Fact]) -> None:
    """Write one delivery a fact and webhook that wants it (a listener; takes part in the dispatcher's transaction)."""
    webhooks = list(Webhook.objects.filter(is_active=True))
    rows = [
        WebhookDelivery(webhook=webhook, fact=fact, event=EVENTS[fact.kind], not_before=fact.occurred_at)
        for fact in facts
        for webhook in webhooks
        if not webhook.hears or EVENTS[fact.kind] in webhook.hears
    ]
    if rows:
        WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
        kick(SEND_TASK)


def send_due(*, now: datetime) -> int:
    """Send one batch of due deliveries; return how many were claimed. Nobody waits for another's slow receiver long:
    what is left of a batch after ``TIME_FOR_BATCH`` is given back."""
    due = WebhookDelivery.objects.filter(state=WebhookDeliveryState.PENDING, webhook__is_active=True)
    token, keys = claim(due, now=now, lease=LEASE, limit=BATCH)
    for delivery in WebhookDelivery.objects.filter(pk__in=keys).select_related("webhook", "fact").order_by("pk"):
        if timezone.now() - now > TIME_FOR_BATCH:
            _ours(delivery, token).update(lease_token=None, lease_until=None)
            continue
        _finish(delivery, post(delivery, now=timezone.now()), token, now=timezone.now())
    return len(keys)


def _finish(delivery: WebhookDelivery, answer: Answer, token: uuid.UUID, *, now: datetime) -> None:
    """Keep the outcome while the row is ours: taken, tried again later, given up, or the webhook is gone for good."""
    ours, said = _ours(delivery, token), answer.words[:200]
    if answer.is_taken:
        ours.update(state=WebhookDeliveryState.SENT, answer=said, sent_at=now, lease_token=None, lease_until=None)
    elif answer.status == GONE or delivery.attempts > len(WAITS):
        ours.update(state=WebhookDeliveryState.FAILED, answer=said, lease_token=None, lease_until=None)
        if answer.status == GONE:
            gone = "Its system says that it is gone (410)."
            Webhook.objects.filter(pk=delivery.webhook_id).update(is_active=False, stopped_because=gone)
    else:
        seconds = WAITS[delivery.attempts - 1] * random.uniform(0.9, 1.1)
        retry_at = now + timedelta(seconds=max(seconds, answer.retry_after))
        ours.update(answer=said, not_before=retry_at, lease_token=None, lease_until=None)


def _ours(delivery: WebhookDelivery, token: uuid.UUID) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(pk=delivery.pk, lease_token=token)
