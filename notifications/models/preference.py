from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from notifications.models.gateway import Channel


@pghistory.track()
class Preference(models.Model):
    """How one customer wants to be told: by which channels, the best first, and under which addresses.

    The first channel that works is used, or all of them with ``uses_all``. The e-mail address is the customer's; an
    empty ``sms_to`` means their telephone. Quiet hours of their own hold in place of everybody's.
    """

    customer_code = models.CharField(max_length=40, unique=True)
    channels = ArrayField(models.CharField(max_length=10, choices=Channel), default=list)
    uses_all = models.BooleanField("told on each of them", default=False)
    sms_to = models.CharField("number for SMS", max_length=40, blank=True)
    chat_to = models.CharField("name or number in the chat", max_length=200, blank=True)
    push_to = models.CharField("device or topic for push", max_length=200, blank=True)
    quiet_from = models.TimeField("no messages from", null=True, blank=True, help_text="In the customer's zone.")
    quiet_to = models.TimeField("until", null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        permissions = [("change_preferences", "Change how a customer is told")]
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None) | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="notifications_preference_quiet_has_both_ends",
            )
        ]

    def __str__(self) -> str:
        return self.customer_code
