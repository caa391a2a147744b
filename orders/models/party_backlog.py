"""What waits for whom, in figures: made anew from the plans and purchase orders, so that lists need not count."""

from __future__ import annotations

from django.db import models

from inventory.models import Supplier
from orders.models.customer import Customer


class CustomerBacklog(models.Model):
    """A customer's open orders, as the board counts them; without any there is no row. Values are in pence."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="backlog")
    open_orders = models.IntegerField()
    open_value_minor = models.BigIntegerField()
    late_orders = models.IntegerField()
    held_orders = models.IntegerField()
    untold_orders = models.IntegerField(help_text="Orders whose date slipped and whose customer was not told.")
    oldest_at = models.DateTimeField(help_text="When the oldest of them was placed.")

    class Meta:
        indexes = [
            models.Index(fields=["-open_value_minor", "customer"], name="orders_customerbacklog_value"),
            models.Index(fields=["-open_orders", "customer"], name="orders_customerbacklog_orders"),
            models.Index(fields=["-late_orders", "customer"], name="orders_customerbacklog_late"),
            models.Index(fields=["-untold_orders", "customer"], name="orders_customerbacklog_untold"),
            models.Index(fields=["oldest_at", "customer"], name="orders_customerbacklog_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.open_orders} open orders of {self.customer_id}"


class SupplierBacklog(models.Model):
    """A supplier's open purchase orders and who waits for them; without any there is no row. Values are in pence.

    Late is what was due before today and has not come; ``silent_since`` is the earliest such day.
    """

    supplier = models.OneToOneField(Supplier, on_delete=models.CASCADE, primary_key=True, related_name="backlog")
    open_purchases = models.IntegerField()
    late_purchases = models.IntegerField()
    outstanding_units = models.BigIntegerField()
    next_on = models.DateField(null=True)
    silent_since = models.DateField(null=True)
    waiting_orders = models.IntegerField()
    waiting_value_minor = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["-waiting_value_minor", "supplier"], name="orders_supplierbacklog_value"),
            models.Index(fields=["-waiting_orders", "supplier"], name="orders_supplierbacklog_orders"),
            models.Index(fields=["-late_purchases", "supplier"], name="orders_supplierbacklog_late"),
            models.Index(fields=["-open_purchases", "supplier"], name="orders_supplierbacklog_open"),
        ]

    def __str__(self) -> str:
        return f"{self.open_purchases} open purchase orders of {self.supplier_id}"


class BacklogFigures(models.Model):
    """Up to which plan run the figures of customers and suppliers stand; one row, none before they were first made."""

    covers_run_id = models.BigIntegerField()
    recent_runs = models.IntegerField()
    at = models.DateTimeField()
    seconds = models.FloatField(help_text="What making them took.")

    def __str__(self) -> str:
        return f"figures up to run {self.covers_run_id}"
