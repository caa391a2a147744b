from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from notifications.models.gateway import Channel


@pghistory.track()
class Preference(models.Model):
    """How one customer wants to be told: by which channels, the best first, and under which addresses.

    The first channel that works is used, or all of them with ``uses_all``. The e-mail address is the customer's; an
    empty ``sms_to`` means their telephone.
    """

    customer_code = models.CharField(max_length=40, unique=True)
    channels = ArrayField(models.CharField(max_length=10, choices=Channel), default=list)
    uses_all = models.BooleanField("told on each of them", default=False)
    sms_to = models.CharField("number for SMS", max_length=40, blank=True)
    chat_to = models.CharField("name or number in the chat", max_length=200, blank=True)
    push_to = models.CharField("device or topic for push", max_length=200, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        permissions = [("change_preferences", "Change how a customer is told")]

    def __str__(self) -> str:
        return self.customer_code
