"""Dates given to customers: what was promised first, what they were told last, and every change in between."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from orders.models.order import Order
from orders.models.plan import PlanRun, Reason
from orders.planning import governance


class Decision(models.IntegerChoices):
    """What the promise rules made of a new date (orders.planning.governance)."""

    SAME = governance.Cause.SAME, "No change"
    FIRST = governance.Cause.FIRST, "First date"
    BETTER = governance.Cause.BETTER, "Earlier, told"
    WORSE = governance.Cause.WORSE, "Later, told"
    PASSED = governance.Cause.PASSED, "The day had passed, told"
    KEPT_UNKNOWN = governance.Cause.KEPT_UNKNOWN, "Kept: nobody can name a day"
    KEPT_NO_BETTER = governance.Cause.KEPT_NO_BETTER, "Kept: no earlier date is told"
    KEPT_NO_WORSE = governance.Cause.KEPT_NO_WORSE, "Kept: no later date is told"
    KEPT_SMALL = governance.Cause.KEPT_SMALL, "Kept: the change is small"
    KEPT_FROZEN = governance.Cause.KEPT_FROZEN, "Kept: the day is near"
    KEPT_COOL_DOWN = governance.Cause.KEPT_COOL_DOWN, "Kept: told a short time ago"
    KEPT_UNSURE = governance.Cause.KEPT_UNSURE, "Kept: not sure enough"


class OrderPromise(models.Model):
    """The current state of what a customer was promised; locked last in the lock order, so planning may write it.

    ``promised_on`` is written once (trigger). ``announced_on`` is the date that stands: that of the newest fact about
    it, sent or not; ``told_on`` the date the customer last got. ``kept_on`` is the plan's date while a promise rule
    keeps the standing one, ``kept_because`` by what.
    """

    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, primary_key=True, related_name="promise", db_constraint=False
    )
    promised_on = models.DateField()
    announced_on = models.DateField()
    announced_kind = models.CharField(max_length=40, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    kept_on = models.DateField(null=True, blank=True)
    kept_because = models.SmallIntegerField(choices=Decision, null=True, blank=True)
    told_on = models.DateField()
    told_kind = models.CharField(max_length=40, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["order"], condition=Q(kept_because__isnull=False), name="orders_promise_kept_back"),
        ]
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
    WEIGHED = "weighed", "Weighed by the promise rules"


class Origin(models.TextChoices):
    """Whose doing a change of date is."""

    OURS = "ours", "Our doing"
    SUPPLIER = "supplier", "The supplier's doing"
    CUSTOMER = "customer", "The customer's doing"


class EtaRevision(models.Model):
    """One change of an order's date: append-only, with who, when and why (the promise ledger).

    A *weighed* one has the standing date as old, the plan's as new, and what the promise rules decided.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="eta_revisions", db_constraint=False)
    kind = models.CharField(max_length=10, choices=EtaRevisionKind)
    old_on = models.DateField(null=True)
    new_on = models.DateField(null=True)
    reason = models.SmallIntegerField(choices=Reason, null=True)
    origin = models.CharField(max_length=8, choices=Origin, blank=True, db_default="")
    decision = models.SmallIntegerField(choices=Decision, null=True)
    note = models.CharField(max_length=200, blank=True)
    run = models.ForeignKey(PlanRun, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        # The ledger grows at its end and is never changed, so a range of days is a range of pages.
        # Nearly all of it is planning's, which is no actor.
        indexes = [
            BrinIndex(fields=["at"], name="orders_eta_revision_at"),
            models.Index(fields=["actor"], condition=Q(actor__isnull=False), name="orders_eta_revision_actor"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(old_on__isnull=False) | Q(new_on__isnull=False), name="orders_eta_revision_says_something"
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.old_on} → {self.new_on}"
