from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class FeedbackOccasion(models.TextChoices):
    WAITING = "waiting", "While the order waits"
    DELIVERY = "delivery", "After delivery"


class FeedbackReason(models.TextChoices):
    LATE = "late", _("It takes too long")
    SURPRISED = "surprised", _("Nobody told me in time")
    UNCLEAR = "unclear", _("I do not understand why")
    WRONG_DATE = "wrong_date", _("The date kept changing")
    INCOMPLETE = "incomplete", _("Something was missing or wrong")
    WELL_TOLD = "well_told", _("I was kept well informed")


@pghistory.track()
class Feedback(models.Model):
    """How a customer finds our handling of an order, 1 (very bad) to 5 (very good); one an occasion, until answered
    theirs to change."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="feedback")
    occasion = models.CharField(max_length=10, choices=FeedbackOccasion)
    rating = models.SmallIntegerField()
    reasons = ArrayField(models.CharField(max_length=12, choices=FeedbackReason), default=list, blank=True)
    comment = models.TextField(blank=True)
    given_at = models.DateTimeField(default=timezone.now)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name_plural = "feedback"
        permissions = [("answer_feedback", "Answer customers' feedback")]
        constraints = [
            models.UniqueConstraint(fields=["order", "occasion"], name="orders_feedback_once"),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="orders_feedback_rating"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(answer=""), name="orders_feedback_answered_in_words"
            ),
        ]
        indexes = [models.Index(fields=["-given_at", "-id"], name="orders_feedback_newest")]

    def __str__(self) -> str:
        return f"{self.rating} of 5 for {self.order_id}"
