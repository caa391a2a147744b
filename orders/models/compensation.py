"""What we give a customer for a broken promise: the ladder that admins set, its budget, and what was given."""

from __future__ import annotations

from decimal import Decimal

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kernel.money import exact
from kernel.tiers import Tier
from orders.models.order import Order


class CompensationKind(models.TextChoices):
    APOLOGY = "apology", "Apology in words"
    VOUCHER = "voucher", "Voucher, percent off the next order"
    CREDIT = "credit", "Credit of an amount"
    SHIPPING = "shipping", "Next delivery free"


@pghistory.track()
class CompensationStep(models.Model):
    """One step of the ladder: what an order may be given that is late enough, worth enough, of such a customer.

    ``percent`` is a voucher's; ``amount`` a credit's, or what a free delivery costs us. A removed step stays, for what
    was given by it and so that removing it can be taken back.
    """

    kind = models.CharField(max_length=10, choices=CompensationKind)
    percent = models.PositiveSmallIntegerField(default=0)
    amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    from_days_late = models.PositiveSmallIntegerField(default=1)
    from_value = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    tier = models.CharField(max_length=10, choices=Tier, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["from_days_late", "from_value", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="voucher", percent__gte=1, percent__lte=100) | (~Q(kind="voucher") & Q(percent=0)),
                name="orders_compensation_voucher_has_percent",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["credit", "shipping"], amount__gt=0)
                | (~Q(kind__in=["credit", "shipping"]) & Q(amount=0)),
                name="orders_compensation_amount_given",
            ),
        ]

    def __str__(self) -> str:
        match self.kind:
            case CompensationKind.VOUCHER:
                return f"{self.percent} % voucher"
            case CompensationKind.CREDIT:
                return f"{exact(self.amount)} credit"
            case CompensationKind.SHIPPING:
                return "Next delivery free"
            case _:
                return "Apology in words"

    def cost(self, order_value: Decimal) -> Decimal:
        """Return what it costs us at most, for an order of that value."""
        if self.kind == CompensationKind.VOUCHER:
            return (order_value * self.percent / 100).quantize(Decimal("0.01"))
        return self.amount


@pghistory.track()
class CompensationBudget(models.Model):
    """How much may be given a month, and by an agent at a time: one row. Its lock lets compensations in one by one."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    monthly = models.DecimalField(max_digits=12, decimal_places=2, default=1000)
    agent_limit = models.DecimalField(
        max_digits=10, decimal_places=2, default=50, help_text="More than this an agent leaves to operations."
    )
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        permissions = [
            ("compensate", "Compensate customers by the ladder"),
            ("compensate_more", "Compensate customers beyond an agent's limit"),
            ("change_ladder", "Change the compensation ladder and its budget"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="orders_compensation_budget_one_row"),
            models.CheckConstraint(
                condition=Q(monthly__gte=0, agent_limit__gte=0), name="orders_compensation_budget_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{exact(self.monthly)} a month"


@pghistory.track()
class Compensation(models.Model):
    """What was given for an order; of each step once. ``cost`` is the most it may take off, and counts against the
    budget of the month it was given; once used, what it really took off (``used_amount``) counts in its place."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="compensations")
    step = models.ForeignKey(CompensationStep, on_delete=models.PROTECT, related_name="+")
    days_late = models.PositiveSmallIntegerField()
    cost = models.DecimalField(max_digits=12, decimal_places=2)
    code = models.CharField(max_length=20, unique=True, help_text="What the customer names to redeem it.")
    fact_key = models.CharField(max_length=200, help_text="The fact whose message tells of it.")
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    used_for = models.CharField(max_length=40, blank=True, help_text="The order that it made cheaper.")
    used_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "step"], condition=Q(taken_back_at__isnull=True), name="orders_compensation_once"
            ),
            models.CheckConstraint(condition=Q(cost__gte=0), name="orders_compensation_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(used_at=None, used_amount=None, used_for="")
                | Q(used_at__isnull=False, taken_back_at=None, used_amount__gte=0, used_amount__lte=F("cost")),
                name="orders_compensation_used_once_and_within",
            ),
        ]
        indexes = [
            models.Index(
                fields=["given_at"],
                include=["cost", "used_amount"],
                condition=Q(taken_back_at__isnull=True),
                name="orders_compensation_month",
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} for {self.order_id}"

    @property
    def may_be_used(self) -> bool:
        """Tell whether the customer may still name the code; an apology in words has nothing to take off."""
        is_open = self.used_at is None and self.taken_back_at is None
        return is_open and self.step.kind != CompensationKind.APOLOGY
