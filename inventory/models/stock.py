from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from inventory.models.product import Product, Warehouse


class StockLevel(models.Model):
    """What one warehouse holds of one product: physically there, promised to lines, and kept back."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="stock_levels")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="stock_levels")
    on_hand = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    protected = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "warehouse"], name="inventory_stock_level_unique"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="inventory_stock_reserved_not_negative"),
            models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="inventory_stock_reserved_on_hand"),
            models.CheckConstraint(condition=Q(protected__gte=0), name="inventory_stock_protected_not_negative"),
        ]
        indexes = [
            models.Index(
                fields=["product", "warehouse"], condition=Q(protected__gt=0), name="inventory_stock_protected"
            ),
        ]
        permissions = [
            ("move_stock", "Receive, adjust, count and transfer stock"),
            ("manage_purchase_orders", "Create, re-date and receive purchase orders"),
            ("manage_catalogue", "Edit products, suppliers and warehouses"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}@{self.warehouse_id}"

    @property
    def available(self) -> int:
        """Units that nobody has a claim on; 0 when the protected minimum is not even there."""
        return max(0, self.on_hand - self.reserved - self.protected)


class MovementKind(models.TextChoices):
    OPENING = "opening", "Opening stock"
    RECEIPT = "receipt", "Receipt"
    SHIPMENT = "shipment", "Shipment"
    ADJUSTMENT = "adjustment", "Adjustment"
    COUNT = "count", "Count"
    TRANSFER = "transfer", "Transfer"


class StockMovement(models.Model):
    """One change of stock on hand. Append-only: on hand is the sum of its movements."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="movements")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=MovementKind)
    qty = models.IntegerField(help_text="Signed: what came in is positive.")
    reference = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(qty=0), name="inventory_movement_qty_not_zero")]
        indexes = [models.Index(fields=["product", "warehouse", "-id"], name="inventory_movement_level")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} {self.qty:+d}"
