"""What an order asks beyond its ship policy, and what its customer usually asks. docs/planning.md, section Terms."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from inventory.models import Product, Warehouse
from orders.models.customer import Customer
from orders.models.order import Order


class FillMeasure(models.TextChoices):
    UNITS = "units", "Units"
    VALUE = "value", "Value"


class Terms(models.Model):
    """Percent that must leave together at least, one figure a release, the last for all later ones; and from where.

    A row is there only where something is asked.
    """

    line_fills = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    order_fills = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    fill_by = models.CharField(max_length=5, choices=FillMeasure, default=FillMeasure.UNITS)
    max_sources = models.SmallIntegerField(default=0, help_text="Warehouses it may be sent from at a time, 0 for any.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"terms {self.pk}"


@pghistory.track()
class OrderTerms(Terms):
    """An open order that has terms is served as one: all its products are planned together."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, primary_key=True, related_name="terms")


@pghistory.track()
class CustomerTerms(Terms):
    """What orders of the customer come in with, unless they say otherwise."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, primary_key=True, related_name="terms")


@pghistory.track()
class SourceRule(models.Model):
    """From which warehouses a product, or whatever goes to a country, is sent first: those of the lowest ``place``."""

    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=60, blank=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(product__isnull=True) ^ models.Q(country=""), name="orders_source_rule_one_subject"
            ),
            models.UniqueConstraint(
                fields=["country", "product", "warehouse"],
                nulls_distinct=False,
                name="orders_source_rule_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id or self.country}: {self.place}. {self.warehouse_id}"
