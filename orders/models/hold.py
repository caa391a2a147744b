from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from orders.models.order import Order


class HoldKind(models.TextChoices):
    CREDIT = "credit", "Credit"
    ADDRESS = "address", "Address"
    PAYMENT = "payment", "Payment"
    FRAUD = "fraud", "Fraud check"
    CUSTOMER = "customer", "Customer asked"
    MANUAL = "manual", "By hand"


@pghistory.track()
class Hold(models.Model):
    """A typed reason why an order may not take stock or ship. Active until released; one active hold of a kind."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=10, choices=HoldKind)
    reason = models.CharField(max_length=200, blank=True)
    placed_at = models.DateTimeField(default=timezone.now)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.ForeignKey(  # the rule that placed it; not looked up by that
        "orders.HoldSource", null=True, blank=True, on_delete=models.PROTECT, related_name="holds", db_index=False
    )
    ends_on = models.DateField(null=True, blank=True, help_text="The day on whose morning it is released by itself.")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(released_at__isnull=True), name="orders_hold_one_active_of_kind"
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_on"],
                condition=Q(released_at__isnull=True, ends_on__isnull=False),
                name="orders_hold_ends",
            ),
        ]
        permissions = [
            *((f"release_{kind}_hold", f"Release holds: {kind.label}") for kind in HoldKind),
            ("change_hold_rights", "Say who releases which holds"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} hold on {self.order_id}"
