from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class TrialText(models.Model):
    """A text message that a colleague sent themselves to look at. They cost money, so they are counted by the day."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    recipient = models.CharField(max_length=40)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["actor", "-sent_at"], name="notifications_trial_text")]

    def __str__(self) -> str:
        return f"to {self.recipient}"
