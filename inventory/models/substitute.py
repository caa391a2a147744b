from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q

from inventory.models.product import Product


class SubstituteWhen(models.TextChoices):
    ENTRY = "entry", "When an order comes in"
    ANY = "any", "Whenever it waits"


@pghistory.track()
class Substitute(models.Model):
    """That one product may stand in for another: ``units`` of the substitute for each ``per`` units of the product.

    Of several the lowest ``place`` is tried first. Without ``needs_consent`` it is taken without asking the customer,
    as an order comes in or also later (``when``).
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="substitutes")
    substitute = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="stands_in_for")
    place = models.PositiveSmallIntegerField(default=1)
    units = models.PositiveIntegerField(default=1)
    per = models.PositiveIntegerField(default=1)
    when = models.CharField(max_length=5, choices=SubstituteWhen, default=SubstituteWhen.ANY)
    needs_consent = models.BooleanField(default=True)

    class Meta:
        ordering = ["product", "place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "substitute"], name="inventory_substitute_once"),
            models.CheckConstraint(condition=~Q(product=F("substitute")), name="inventory_substitute_is_another"),
            models.CheckConstraint(condition=Q(units__gt=0, per__gt=0), name="inventory_substitute_ratio_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} by {self.substitute_id}"
