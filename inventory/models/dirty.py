from __future__ import annotations

from django.db import models
from django.utils import timezone

from inventory.models.product import Product
from kernel.leases import Leased


class DirtyMark(Leased):
    """That a product's supply or demand changed and is not planned yet.

    Insert only by ``inventory.dirty.mark_dirty``, which also takes FOR KEY SHARE on the product until commit: the
    shared side of the pool lock whose exclusive side planning takes when it writes (docs/concurrency.md). Rows are
    deleted by the plan that covers them.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="dirty_marks")
    cause = models.CharField(max_length=40)
    reference = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    is_quarantined = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.product_id} {self.cause}"
