from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q

from inventory.models.calendar import Calendar
from inventory.models.product import Product


@pghistory.track()
class Supplier(models.Model):
    """Who sends us stock. Delays are working days between the day named and the day received, from past deliveries."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    delay_p50_days = models.PositiveSmallIntegerField(default=0)
    delay_p90_days = models.PositiveSmallIntegerField(default=2)
    calendar = models.ForeignKey(
        Calendar, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="None: the company's."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(delay_p90_days__gte=F("delay_p50_days")), name="inventory_supplier_delay_ordered"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class SupplierProduct(models.Model):
    """That a supplier sells a product, how long it takes (working days) and in what amounts."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="supplier_products")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="supplier_products")
    lead_time_days = models.PositiveSmallIntegerField(default=20)
    min_order_qty = models.PositiveIntegerField(default=1)
    unit_cost = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    is_preferred = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "product"], name="inventory_supplier_product_unique"),
            models.UniqueConstraint(
                fields=["product"], condition=Q(is_preferred=True), name="inventory_supplier_product_one_preferred"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id}:{self.product_id}"
