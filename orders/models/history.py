"""How the backlog was: one row a day for the trends, and yesterday's ranks for the arrows."""

from __future__ import annotations

from django.db import models

from orders.models.order import Order


class BacklogDay(models.Model):
    """The backlog at the end of a day, value in pence. What needs a plan of that day is null where there was none."""

    day = models.DateField(primary_key=True)
    open_orders = models.IntegerField()
    open_value_minor = models.BigIntegerField()
    late_orders = models.IntegerField(null=True)
    risk_value_minor = models.BigIntegerField(null=True)
    fill_rate = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"backlog of {self.day}"


class DayRank(models.Model):
    """The rank of an order when its day began; made anew every day."""

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, primary_key=True, related_name="day_rank", db_constraint=False
    )
    rank = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.order_id} was {self.rank}"
