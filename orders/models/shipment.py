from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from inventory.models import Warehouse
from orders.models.order import Order, OrderLine


class Shipment(models.Model):
    """Goods of one order that left together."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    shipped_at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        indexes = [models.Index(fields=["shipped_at"], name="orders_shipment_shipped_at")]

    def __str__(self) -> str:
        return f"shipment {self.pk}"


class ShipmentLine(models.Model):
    """Units of one line in a shipment, and the warehouse they left."""

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="shipment_lines")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    qty = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(qty__gt=0), name="orders_shipment_line_qty_positive"),
            models.UniqueConstraint(fields=["shipment", "line", "warehouse"], name="orders_shipment_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.qty} of line {self.line_id}"
