"""How the backlog was: one row a day for the trends, and yesterday's ranks for the arrows."""

from __future__ import annotations

from django.db import models

from orders.models.order import Order


class BacklogDay(models.Model):
    """The backlog at the end of a day: orders that were late as the board counts them, value in pence."""

    day = models.DateField(primary_key=True)
    open_orders = models.IntegerField()
    open_value_minor = models.BigIntegerField()
    late_orders = models.IntegerField()
    risk_value_minor = models.BigIntegerField()
    fill_rate = models.FloatField(null=True, help_text="Null where it is not known, as before this was kept.")

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
