from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q

from inventory.models.product import Warehouse


@pghistory.track()
class PickCapacity(models.Model):
    """Units that a warehouse picks on a weekday (0 is Monday), or on one day, which counts before its weekday.

    A weekday without a row has no limit; 0 units means that nothing is picked.
    """

    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="pick_capacities")
    weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    units = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "weekday", "day"], nulls_distinct=False, name="inventory_pick_capacity_once"
            ),
            models.CheckConstraint(
                condition=Q(weekday__isnull=True) ^ Q(day__isnull=True), name="inventory_pick_capacity_one_day"
            ),
            models.CheckConstraint(
                condition=Q(weekday__isnull=True) | Q(weekday__lte=6), name="inventory_pick_capacity_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.warehouse_id}: {self.units}"
