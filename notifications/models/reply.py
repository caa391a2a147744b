from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from notifications.models.delivery import Delivery


class ReplyState(models.TextChoices):
    WAITING = "waiting", "To answer"
    ANSWERED = "answered", "Answered"
    DONE = "done", "Done without an answer"


@pghistory.track(fields=["order_ref", "state", "answer"], model_name="ReplyEvent")
class Reply(models.Model):
    """What a customer wrote to us by mail, in answer to ``delivery`` where we know to which.

    ``order_ref`` is empty until it is known, or a colleague says, what it is about. ``key`` keeps each mail once,
    however often a mailbox or provider hands it over.
    """

    key = models.CharField(max_length=64, unique=True)
    delivery = models.ForeignKey(Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="replies")
    order_ref = models.CharField(max_length=40, blank=True)
    customer_name = models.CharField(max_length=200, blank=True)
    sender = models.CharField(max_length=254, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    is_from_recipient = models.BooleanField(default=False, help_text="Written from the address that we wrote to.")
    message_id = models.CharField(max_length=310, blank=True)
    subject_line = models.CharField(max_length=300, blank=True)
    own_words = models.TextField(blank=True)
    whole_text = models.TextField(blank=True)
    attachments = models.JSONField(default=list, blank=True, help_text="Their names; they stay in the mailbox.")
    is_automatic = models.BooleanField(default=False, help_text="An absence note or the like: nobody waits.")
    received_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=ReplyState, default=ReplyState.WAITING)
    answer = models.TextField(blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name_plural = "replies"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="answered", handled_at__isnull=False) & ~Q(answer="")
                | ~Q(state="answered") & Q(answer=""),
                name="notifications_reply_answered_in_words",
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(state="waiting"), name="notifications_reply_waiting"),
            models.Index(fields=["order_ref", "-id"], name="notifications_reply_order"),
        ]

    def __str__(self) -> str:
        return f"{self.sender}: {self.subject_line}"

    @property
    def masked_sender(self) -> str:
        """The address for whoever may not see contact data: ``a…@example.com``."""
        name, at, domain = self.sender.rpartition("@")
        return f"{name[:1]}…{at}{domain}" if at else ""
