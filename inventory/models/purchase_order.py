from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from inventory.models.product import Product, Warehouse
from inventory.models.stock import StockMovement
from inventory.models.supplier import Supplier


class PurchaseOrderStatus(models.TextChoices):
    OPEN = "open", "Open"
    RECEIVED = "received", "Received"
    CANCELLED = "cancelled", "Cancelled"


class GivenUpBy(models.TextChoices):
    """Whose doing it is that nothing more comes: of the dates that move for it, too."""

    SUPPLIER = "supplier", "The supplier: they will not send it"
    US = "us", "We: we do not want it any more"


@pghistory.track()
class PurchaseOrder(models.Model):
    """What we asked a supplier to send."""

    ref = models.CharField(max_length=40, unique=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="purchase_orders")
    status = models.CharField(max_length=10, choices=PurchaseOrderStatus, default=PurchaseOrderStatus.OPEN)
    ordered_on = models.DateField()
    expected_on = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["expected_on"], condition=Q(status="open"), name="inventory_po_open_expected"),
            models.Index(
                fields=["supplier", "expected_on"], condition=Q(status="open"), name="inventory_po_open_supplier"
            ),
        ]

    def __str__(self) -> str:
        return self.ref


@pghistory.track(pghistory.UpdateEvent())
class PurchaseOrderLine(models.Model):
    """One product on a purchase order. ``first_expected_on`` is never changed: it tells a slip from a plain wait."""

    purchase_order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="purchase_order_lines")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="purchase_order_lines")
    ordered_qty = models.PositiveIntegerField()
    received_qty = models.PositiveIntegerField(default=0)
    cancelled_qty = models.PositiveIntegerField(default=0)
    expected_on = models.DateField()
    first_expected_on = models.DateField()
    outstanding_qty = models.GeneratedField(
        # Over-delivery is a fact of life: what is outstanding never falls below zero.
        expression=Greatest(F("ordered_qty") - F("received_qty") - F("cancelled_qty"), 0),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purchase_order", "position"], name="inventory_po_line_position"),
            models.CheckConstraint(condition=Q(ordered_qty__gt=0), name="inventory_po_line_qty_positive"),
        ]
        indexes = [
            models.Index(fields=["product"], condition=Q(outstanding_qty__gt=0), name="inventory_po_line_inbound"),
        ]

    def __str__(self) -> str:
        return f"{self.purchase_order_id}/{self.position}"


class Receipt(models.Model):
    """Units of a purchase-order line that arrived, with the day they were expected (the supplier's record)."""

    purchase_order_line = models.ForeignKey(PurchaseOrderLine, on_delete=models.PROTECT, related_name="receipts")
    movement = models.OneToOneField(StockMovement, on_delete=models.PROTECT, related_name="receipt")
    qty = models.PositiveIntegerField()
    expected_on = models.DateField()
    received_on = models.DateField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(qty__gt=0), name="inventory_receipt_qty_positive")]
        indexes = [models.Index(fields=["received_on"], name="inventory_receipt_day")]

    def __str__(self) -> str:
        return f"{self.qty} on {self.received_on}"
