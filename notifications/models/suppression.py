from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

BY_CUSTOMER = "unsubscribed"  # the reason of an address that its owner closed


class Suppression(models.Model):
    """An address that must not be written to: it bounced, complained or unsubscribed."""

    channel = models.CharField(max_length=20, default="email")
    recipient = models.CharField(max_length=254)
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("channel", Lower("recipient"), name="notifications_suppression_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient} ({self.reason})"
