from __future__ import annotations

from django.db import models
from django.db.models import Q

from inventory.models import Product, PurchaseOrderLine, Warehouse
from orders.models.order import OrderLine


class AllocationState(models.IntegerChoices):
    """PLANNED moves with every plan; PINNED by a person and PICKED by the warehouse never do (frozen)."""

    PLANNED = 0, "Planned"
    PINNED = 1, "Pinned"
    PICKED = 2, "Picked"


class Allocation(models.Model):
    """A firm claim of a line on units on hand. Per (product, warehouse) they sum up to StockLevel.reserved.

    Foreign keys without database constraints: planning writes these rows by the hundred thousand, the rows they point
    at are never deleted, and check_integrity proves the rest (ADR 0005).
    """

    pk = models.CompositePrimaryKey("line_id", "warehouse_id", "state")
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="allocations", db_constraint=False, db_index=False
    )
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    state = models.SmallIntegerField(choices=AllocationState, default=AllocationState.PLANNED)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    qty = models.IntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(qty__gt=0), name="orders_allocation_qty_positive")]

    def __str__(self) -> str:
        return f"{self.qty} for line {self.line_id}"


class Peg(models.Model):
    """A soft claim of a line on units that are coming."""

    pk = models.CompositePrimaryKey("line_id", "purchase_order_line_id")
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="pegs", db_constraint=False, db_index=False
    )
    purchase_order_line = models.ForeignKey(
        PurchaseOrderLine, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    qty = models.IntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(qty__gt=0), name="orders_peg_qty_positive")]

    def __str__(self) -> str:
        return f"{self.qty} for line {self.line_id}"
