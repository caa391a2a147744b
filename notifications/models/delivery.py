from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from kernel.leases import Leased
from notifications.models.fact import Fact
from notifications.models.gateway import Channel


class DeliveryState(models.TextChoices):
    """Where a message stands. A crash between the server's 250 and our commit is UNCERTAIN: never a second mail."""

    PROPOSED = "proposed", "Waits for approval"
    PENDING = "pending", "Waiting to be sent"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    SUPERSEDED = "superseded", "Overtaken by newer news"
    SUPPRESSED = "suppressed", "Not sent"
    FAILED = "failed", "Failed"
    UNCERTAIN = "uncertain", "Perhaps sent"


KIND_LABELS = {
    "orders.backordered": "Part has to wait",
    "orders.eta_slipped": "Later date",
    "orders.eta_improved": "Earlier date",
    "orders.eta_restored": "Date as told",
    "orders.line_allocated": "Complete",
    "orders.shipped": "Shipped",
    "orders.cancelled": "Cancelled",
    "orders.delay_notice": "Delay, may cancel",
    "orders.delay_consent": "Delay, must agree",
    "orders.cancelled_unanswered": "Cancelled, no answer",
    "orders.answered": "Answer",
    "orders.compensated": "Apology",
    "orders.follow_up": "Still waiting",
    "orders.feedback_wanted": "How was it?",
    "orders.back_in_stock": "Back in stock",
    "orders.hold_question": "Needs an answer",
}


class Delivery(Leased):
    """One fact told to one recipient on one channel, at most once (unique).

    Of the deliveries of a fact, one leads: it says how the fact stands. Others are the same news on one more channel,
    or what was tried before.
    """

    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="deliveries")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=20, choices=Channel)
    is_lead = models.BooleanField(default=True)
    recipient = models.CharField(max_length=254)
    order_ref = models.CharField(max_length=40, blank=True)
    customer_code = models.CharField(max_length=40, blank=True)
    customer_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=12, choices=DeliveryState, default=DeliveryState.PENDING)
    state_reason = models.CharField(max_length=200, blank=True)
    subject_line = models.CharField(max_length=300, blank=True)
    body_text = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    words_version = models.PositiveIntegerField(default=0, help_text="Of the template; 0 is what we ship.")
    message_id = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=200, blank=True, help_text="What the provider calls it.")
    arrived_at = models.DateTimeField(null=True, blank=True, help_text="When the provider saw it in the mailbox.")
    wording = models.JSONField(default=dict, blank=True, help_text="What an approver changed: reason, note.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Who approved or rejected it.",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    sent_with = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="companions",
        help_text="The delivery whose mail carries this news too.",
    )

    class Meta:
        verbose_name_plural = "deliveries"
        permissions = [("send_message", "Send and resend messages")]
        constraints = [
            models.UniqueConstraint(fields=["fact", "recipient", "channel"], name="notifications_delivery_once"),
            models.UniqueConstraint(
                fields=["fact"], condition=models.Q(is_lead=True), name="notifications_delivery_one_leads"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
                name="notifications_delivery_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=models.Q(state__in=["pending", "sending"]),
                name="notifications_delivery_due",
            ),
            models.Index(
                fields=["recipient", "channel"],
                condition=models.Q(state="pending"),
                name="notifications_delivery_with",
            ),
            models.Index(
                fields=["provider_id"], condition=~models.Q(provider_id=""), name="notifications_delivery_theirs"
            ),
            models.Index(fields=["id"], condition=models.Q(state="proposed"), name="notifications_proposed"),
            models.Index(fields=["created_at"], name="notifications_delivery_created"),
            models.Index(fields=["order_ref", "-id"], name="notifications_delivery_order"),
            models.Index(fields=["customer_code", "-id"], name="notifications_delivery_cust"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient} by {self.channel}"

    @property
    def kind_label(self) -> str:
        return KIND_LABELS.get(self.kind, self.kind)

    @property
    def said(self) -> dict[str, Any]:
        """The fact's snapshot with what an approver changed; approved, it is a colleague's news like one they wrote."""
        return {**self.fact.payload, **self.wording}

    @property
    def masked_recipient(self) -> str:
        """The address for whoever may not see contact data: ``a…@example.com``, ``+44…``."""
        if self.channel != Channel.EMAIL:
            return f"{self.recipient[:3]}…"
        name, at, domain = self.recipient.rpartition("@")
        return f"{name[:1]}…{at}{domain}" if at else ""
