from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone


class Channel(models.TextChoices):
    """The ways to a customer, in the order in which they are fallen back to."""

    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    CHAT = "chat", "Chat"
    PUSH = "push", "Push"


@pghistory.track(exclude=["sealed_url"])
class Gateway(models.Model):
    """Who carries the short messages of a channel. E-mail has none: its server is a setting.

    ``sealed_url`` is an address in Apprise's notation with ``{to}`` where the customer's belongs, encrypted.
    """

    channel = models.CharField(max_length=10, choices=Channel, unique=True)
    sealed_url = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    is_fallback = models.BooleanField(
        "stands in for e-mail", default=False, help_text="For customers who have chosen nothing."
    )
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        permissions = [("manage_channels", "Set up and try channels")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(channel="email"), name="notifications_gateway_not_email")
        ]

    def __str__(self) -> str:
        return self.get_channel_display()
