from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from kernel.leases import Leased
from notifications.models.fact import Fact


@pghistory.track(exclude=["secret"])
class Webhook(models.Model):
    """An address of somebody's system that hears what happens. ``hears`` empty: all events.

    ``secret`` signs what we send, so it must be readable here; it is shown once, when the webhook is made.
    """

    url = models.URLField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    hears = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    secret = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    stopped_because = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        permissions = [("manage_webhooks", "Make and stop webhooks")]

    def __str__(self) -> str:
        return self.url


class WebhookDeliveryState(models.TextChoices):
    PENDING = "pending", "Waiting"
    SENT = "sent", "Taken"
    FAILED = "failed", "Given up"


class WebhookDelivery(Leased):
    """One event for one webhook: sent until it is taken, with the same id each time, or given up after a day."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=WebhookDeliveryState, default=WebhookDeliveryState.PENDING)
    answer = models.CharField(max_length=200, blank=True, help_text="The last status, or why there was none.")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints = [models.UniqueConstraint(fields=["webhook", "fact"], name="notifications_webhook_once")]
        indexes = [
            models.Index(
                fields=["not_before", "id"], condition=models.Q(state="pending"), name="notifications_webhook_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id}"
