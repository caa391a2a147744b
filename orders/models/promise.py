"""Dates given to customers: what was promised first, what they were told last, and every change in between."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from orders.models.order import Order
from orders.models.plan import PlanRun, Reason


class OrderPromise(models.Model):
    """The current state of what a customer was promised; locked last in the lock order, so planning may write it.

    ``promised_on`` is written once (trigger). ``announced_on`` is the date of the newest fact about it, sent or not;
    ``told_on`` the date the customer last got.
    """

    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, primary_key=True, related_name="promise", db_constraint=False
    )
    promised_on = models.DateField()
    announced_on = models.DateField()
    announced_kind = models.CharField(max_length=40, blank=True)
    told_on = models.DateField()
    told_kind = models.CharField(max_length=40, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="promised_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__promised_on__df=pgtrigger.F("new__promised_on")),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"promise of {self.promised_on}"


class EtaRevisionKind(models.TextChoices):
    PROMISED = "promised", "Promised"
    PLANNED = "planned", "Replanned"
    BY_HAND = "by_hand", "Set by hand"
    TOLD = "told", "Told to the customer"


class EtaRevision(models.Model):
    """One change of an order's date: append-only, with who, when and why (the promise ledger)."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="eta_revisions", db_constraint=False)
    kind = models.CharField(max_length=10, choices=EtaRevisionKind)
    old_on = models.DateField(null=True)
    new_on = models.DateField(null=True)
    reason = models.SmallIntegerField(choices=Reason, null=True)
    note = models.CharField(max_length=200, blank=True)
    run = models.ForeignKey(PlanRun, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(old_on__isnull=False) | Q(new_on__isnull=False), name="orders_eta_revision_says_something"
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.old_on} → {self.new_on}"
