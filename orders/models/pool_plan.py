from __future__ import annotations

from django.db import models

from inventory.models import Product


class PoolPlan(models.Model):
    """Which run planned a product's pool last: the version that tells a plan made on an older state from a fresh one.

    Without database constraints, as all that planning owns (ADR 0005).
    """

    product = models.OneToOneField(
        Product, on_delete=models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    run_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"pool {self.product_id} planned by run {self.run_id}"
