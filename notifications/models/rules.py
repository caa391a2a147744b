from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q


@pghistory.track()
class MessageRules(models.Model):
    """When customers may be written to, and how often: one row, changed by admins. ``is_paused`` is the valve."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    quiet_from = models.TimeField(null=True, blank=True, help_text="In the customer's own time zone.")
    quiet_to = models.TimeField(null=True, blank=True)
    daily_messages = models.PositiveSmallIntegerField(
        "messages a customer a day", default=4, help_text="What comes after them waits for one summary next morning."
    )
    proposal_hours = models.PositiveSmallIntegerField(
        "hours until a proposal lapses", default=48, help_text="What nobody approved by then is not sent."
    )
    follow_up_days = models.PositiveSmallIntegerField(
        "days of silence before a follow-up", default=14, help_text="For customers who wait and hear nothing."
    )
    feedback_days = models.PositiveSmallIntegerField(
        "days after delivery until we ask how it was", default=5, help_text="0 asks nobody."
    )
    delay_hours = models.PositiveSmallIntegerField(
        "hours between two delay messages of an order",
        default=settings.DELAY_MAIL_HOURS,
        help_text="The newest date wins; 0 tells each at once.",
    )
    firm_only = models.BooleanField(
        "earlier days only when the units are there",
        default=True,
        help_text="What is still on its way may slip again: until it is there, or a colleague names the day, the "
        "customer keeps the later one.",
    )
    merges = models.BooleanField("one mail for all orders of a customer", default=True)
    storm_messages = models.PositiveIntegerField(
        "messages an hour that close the valve", default=settings.STORM_MESSAGES
    )
    is_paused = models.BooleanField(default=False)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_reason = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True, help_text="A storm is counted from here on.")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "message rules"
        permissions = [("run_valve", "Change message rules, pause and resume messages")]
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="notifications_rules_one_row"),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="notifications_rules_quiet_has_both_ends",
            ),
            models.CheckConstraint(condition=Q(daily_messages__gte=1), name="notifications_rules_daily_positive"),
            models.CheckConstraint(
                condition=Q(is_paused=False) | Q(paused_at__isnull=False), name="notifications_rules_paused_has_time"
            ),
        ]

    def __str__(self) -> str:
        return "paused" if self.is_paused else "open"
