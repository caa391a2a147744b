from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from orders.models.order import Order


class ExceptionKind(models.TextChoices):
    """Why an order cannot complete, the worst first."""

    OVERDUE = "overdue", "Told date has passed"
    GUARANTEE = "guarantee", "Guarantee broken"
    PAYMENT = "payment", "Payment"
    CREDIT = "credit", "Credit"
    FRAUD = "fraud", "Fraud check"
    ADDRESS = "address", "Address"
    HOLD = "hold", "Other hold"
    NO_ETA = "no_eta", "No ETA"
    SUPPLIER = "supplier", "Supplier silent"


# The same for a slip that the customer is not told of yet: it waits in the agents' workspace, not among the exceptions.
UNTOLD = "untold"


class Snooze(models.Model):
    """That somebody has looked at what keeps an order and wants to see it again at a time, not before."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="snoozes", db_constraint=False)
    kind = models.CharField(max_length=10, choices=[*ExceptionKind.choices, (UNTOLD, "Customer not told")])
    until_at = models.DateTimeField()
    note = models.CharField(max_length=150, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "kind"], name="orders_snooze_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.order_id} until {self.until_at}"
