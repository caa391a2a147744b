from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When

from kernel.tiers import Tier
from notifications.models.gateway import Channel

MOST_DAYS = 365


class Move(models.TextChoices):
    """Which way a date moved, by the kind of the news."""

    LATER = "orders.eta_slipped", "Later date"
    EARLIER = "orders.eta_improved", "Earlier date"


def _names(field: str, weight: int) -> Case:
    return Case(When(Q(**{field: ""}), then=Value(0)), default=Value(weight))


@pghistory.track()
class Threshold(models.Model):
    """The least days that a date moves by for its news to be told: of those that fit, the narrowest decides.

    Empty ``kind``, ``tier`` and ``channel`` fit all; without any that fits, settings.SLIP_THRESHOLD_DAYS. The one that
    names more is narrower, and of two that name as many the one that names the tier, then the kind. A removed one
    stays, so that removing it can be taken back.
    """

    kind = models.CharField(max_length=60, choices=Move, blank=True)
    tier = models.CharField(max_length=10, choices=Tier, blank=True)
    channel = models.CharField(max_length=20, choices=Channel, blank=True)
    days = models.PositiveSmallIntegerField()
    narrowness = models.GeneratedField(
        expression=_names("tier", 14) + _names("kind", 13) + _names("channel", 12),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-narrowness", "kind", "tier", "channel", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "tier", "channel"],
                condition=Q(removed_at__isnull=True),
                name="notifications_threshold_once",
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=MOST_DAYS), name="notifications_threshold_days_in_a_year"
            ),
            models.CheckConstraint(condition=Q(kind__in=["", *Move.values]), name="notifications_threshold_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind or 'all'} to {self.tier or 'all'}: {self.days} days"
