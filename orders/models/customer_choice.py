from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils import timezone

from orders.models.order import Order


class ChoiceKind(models.TextChoices):
    WAIT = "wait", "Keeps waiting"
    SEND_READY = "send_ready", "Wants what is ready at once"
    TOGETHER = "together", "Wants everything together"
    CANCEL = "cancel", "Cancelled items"
    ADDRESS = "address", "Changed the address"
    CONTACT = "contact", "Changed the contact"


SAID = {
    ChoiceKind.WAIT: "chose to wait",
    ChoiceKind.SEND_READY: "asked for what is ready",
    ChoiceKind.TOGETHER: "asked for everything together",
    ChoiceKind.CANCEL: "cancelled items",
    ChoiceKind.ADDRESS: "changed the address",
    ChoiceKind.CONTACT: "changed the contact",
}


class CustomerChoice(models.Model):
    """What a customer decided about an order on its own page: append-only, one for each version of the order.

    ``order_version`` is the version that the customer saw, so that a form sent twice counts once.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="customer_choices")
    order_version = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=ChoiceKind)
    details = models.CharField(max_length=300, blank=True, help_text="In words, for colleagues.")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "order_version"], name="orders_customer_choice_once"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def said(self) -> str:
        """What the customer did, to the customer: ``you …``."""
        return SAID[ChoiceKind(self.kind)]
