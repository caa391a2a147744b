from __future__ import annotations

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Upper

from inventory.models.calendar import Calendar


@pghistory.track()
class Product(models.Model):
    """Something we sell by the unit. Its row is also the lock of its pool (docs/concurrency.md)."""

    sku = models.CharField("SKU", max_length=40)
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=60, blank=True)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)])
    is_critical = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            # Codes that differ only in case are one product: people and files do not type case reliably.
            models.UniqueConstraint(Upper("sku"), name="inventory_product_sku_unique"),
            models.CheckConstraint(condition=~models.Q(sku=""), name="inventory_product_sku_given"),
            models.CheckConstraint(condition=models.Q(unit_price__gte=0), name="inventory_product_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.sku


class Warehouse(models.Model):
    """A place that holds stock. Planning takes from the lowest ``preference`` first."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    preference = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    calendar = models.ForeignKey(
        Calendar, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="None: the company's."
    )
    handling_days = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Its working days from having units to shipping them."
    )

    class Meta:
        ordering = ["preference", "id"]

    def __str__(self) -> str:
        return self.code
