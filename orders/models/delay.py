"""The law of delayed orders (16 CFR 435 and the like): whether we keep it, and each notice that a customer got."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from orders.models.order import Order


@pghistory.track()
class DelayRules(models.Model):
    """Whether customers are asked to agree to delays: one row, changed by admins."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    is_on = models.BooleanField("keep the law of delayed orders", default=False)
    countries = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, help_text="Of customers. Empty: all."
    )
    long_delay_days = models.PositiveSmallIntegerField(
        default=30, help_text="A first delay by more days, or without a day, needs the customer's consent too."
    )
    answer_days = models.PositiveSmallIntegerField(
        default=7, help_text="Customers have at least so many days to answer before the order is cancelled."
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "delay rules"
        permissions = [("change_delay_rules", "Change what the law of delayed orders asks")]
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="orders_delay_rules_one_row"),
            models.CheckConstraint(condition=Q(answer_days__gte=1), name="orders_delay_rules_time_to_answer"),
        ]

    def __str__(self) -> str:
        return "on" if self.is_on else "off"


class DelayOutcome(models.TextChoices):
    UNASKED = "unasked", "Silence is consent"
    OPEN = "open", "Waits for an answer"
    AGREED = "agreed", "Agreed to wait"
    EXPIRED = "expired", "Cancelled: no answer"
    KEPT = "kept", "Back in time"
    REPLACED = "replaced", "Replaced by a later notice"
    CLOSED = "closed", "The order was closed first"


@pghistory.track()
class DelayNotice(models.Model):
    """A notice of delay that has been sent: from the day that the customer had agreed to, to a later or unknown one.

    One that ``needs_consent`` cancels the order when nobody has agreed to it by the end of ``answer_by_on``.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="delay_notices")
    number = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    needs_consent = models.BooleanField()
    answer_by_on = models.DateField()
    given_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=8, choices=DelayOutcome)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="orders_delay_notice_number"),
            models.UniqueConstraint(fields=["order"], condition=Q(outcome="open"), name="orders_delay_notice_one_open"),
            models.CheckConstraint(
                condition=~Q(outcome="open") | Q(needs_consent=True, ended_at__isnull=True),
                name="orders_delay_notice_open_asks",
            ),
        ]
        indexes = [
            models.Index(fields=["answer_by_on", "id"], condition=Q(outcome="open"), name="orders_delay_notice_due"),
        ]

    def __str__(self) -> str:
        return f"notice {self.number} of {self.order_id}"
