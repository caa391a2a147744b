from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from kernel.tiers import Tier
from notifications.models.gateway import Channel


class SendMode(models.TextChoices):
    AUTOMATIC = "automatic", "Sent by itself"
    PROPOSED = "proposed", "An agent approves it"
    NEVER = "never", "Not sent"


@pghistory.track()
class SendRule(models.Model):
    """Whether messages leave by themselves: of all rules that fit a message, the first by position decides.

    Empty ``kind``, ``tier`` and ``channel`` fit all; ``from_days`` news that moves a date by at least so many days.
    A removed rule stays, so that removing it can be taken back.
    """

    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=60, blank=True)
    tier = models.CharField(max_length=10, choices=Tier, blank=True)
    channel = models.CharField(max_length=20, choices=Channel, blank=True)
    from_days = models.PositiveSmallIntegerField(default=0)
    mode = models.CharField(max_length=10, choices=SendMode)
    removed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "tier", "channel", "from_days"],
                condition=Q(removed_at__isnull=True),
                name="notifications_send_rule_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind or 'all'} to {self.tier or 'all'}: {self.mode}"
