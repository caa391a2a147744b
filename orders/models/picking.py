"""What warehouses have taken off the shelf, and when they have hands for the rest."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from inventory.models import Product, Warehouse
from orders.models.order import OrderLine


class PickRecord(models.Model):
    """Units picked for a line (negative: put back). What is shipped without having been picked is picked by that."""

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="picks")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    qty = models.IntegerField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(qty=0), name="orders_pick_qty_not_zero")]
        indexes = [models.Index(fields=["at"], name="orders_pick_at")]

    def __str__(self) -> str:
        return f"{self.qty:+d} for line {self.line_id}"


class PickDay(models.Model):
    """The day on which a warehouse has hands for the last unit of a line, where that is later than its units are there.

    Owned by the pass over the warehouses' queues, read by every plan. Without database constraints, as all that
    planning owns (ADR 0005).
    """

    line = models.OneToOneField(
        OrderLine, on_delete=models.PROTECT, primary_key=True, related_name="pick_day", db_constraint=False
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    pick_on = models.DateField()

    def __str__(self) -> str:
        return f"line {self.line_id} on {self.pick_on}"


class HandsPass(models.Model):
    """Up to which plan run the pick days stand, and for which day; one row, none before the first pass.

    ``recent_runs`` counts runs that were done shortly before, since a run with a lower number may end later. ``left``
    is what the queues leave of the days that they use: [warehouse id, day as ordinal, units].
    """

    covers_run_id = models.BigIntegerField()
    recent_runs = models.IntegerField()
    day = models.DateField()
    at = models.DateTimeField()
    left = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"pick days up to run {self.covers_run_id}"
