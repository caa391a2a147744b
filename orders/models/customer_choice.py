from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class ChoiceKind(models.TextChoices):
    WAIT = "wait", "Keeps waiting"
    SEND_READY = "send_ready", "Wants what is ready at once"
    TOGETHER = "together", "Wants everything together"
    SUBSTITUTE = "substitute", "Takes a substitute"
    CANCEL = "cancel", "Cancelled items"
    CANCEL_REST = "cancel_rest", "Cancelled what is not ready"
    ADDRESS = "address", "Changed the address"
    CONTACT = "contact", "Changed the contact"


SAID = {
    ChoiceKind.WAIT: _("You chose to wait."),
    ChoiceKind.SEND_READY: _("You asked for what is ready."),
    ChoiceKind.TOGETHER: _("You asked for everything together."),
    ChoiceKind.SUBSTITUTE: _("You took something else instead."),
    ChoiceKind.CANCEL: _("You cancelled items."),
    ChoiceKind.CANCEL_REST: _("You cancelled what was not ready."),
    ChoiceKind.ADDRESS: _("You changed the address."),
    ChoiceKind.CONTACT: _("You changed whom we ask for."),
}


class CustomerChoice(models.Model):
    """What a customer decided about an order on its own page: append-only, one for each version of the order.

    ``order_version`` is the version that the customer saw and ``form_digest`` what they sent, so that a form sent twice
    counts once.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="customer_choices")
    order_version = models.PositiveIntegerField()
    form_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the form as it was sent.")
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
        """What the customer did, to the customer, in the language of the page: ``You …``."""
        return str(SAID[ChoiceKind(self.kind)])
