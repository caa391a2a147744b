from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from inventory.models import Product
from orders.models.customer import Customer
from orders.models.hold import HoldKind


@pghistory.track()
class HoldSource(models.Model):
    """A rule that holds orders as they come in: those of a customer, those of a product, or of both together.

    In force until it is ended, and no later than on its last day. Its changes and their versions are Setup's.
    """

    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="hold_sources")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=HoldKind)
    reason = models.CharField(max_length=200, blank=True)
    last_on = models.DateField(null=True, blank=True, help_text="The last day on which it catches orders.")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | Q(product__isnull=False), name="orders_hold_source_has_subject"
            ),
            models.UniqueConstraint(
                fields=["customer", "product", "kind"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="orders_hold_source_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} hold of customer {self.customer_id}, product {self.product_id}"
