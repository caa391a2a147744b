from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from inventory.models.product import Product


class ForecastRunStatus(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class ForecastRun(models.Model):
    """One forecast of all products: how far it is, and what came of it."""

    status = models.CharField(max_length=8, choices=ForecastRunStatus, default=ForecastRunStatus.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    first_week_on = models.DateField(null=True, blank=True, help_text="The Monday of the first week forecast.")
    step = models.CharField(max_length=60, blank=True)
    steps_done = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(default=0)
    progress_at = models.DateTimeField()
    products = models.PositiveIntegerField(default=0)
    weeks_of_history = models.PositiveIntegerField(default=0)
    is_calibrated = models.BooleanField(default=False, help_text="False where history was too short for intervals.")
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="running", finished_at__isnull=True)
                | (~Q(status="running") & Q(finished_at__isnull=False)),
                name="inventory_forecastrun_finished_has_time",
            ),
        ]
        indexes = [models.Index(fields=["status", "-started_at"], name="inventory_forecastrun_status")]

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"


class DemandForecast(models.Model):
    """What a product is expected to sell, week by week from ``first_week_on``; the latest forecast only.

    One row a product with arrays, not one a week: read whole, written whole, an eighth of the rows. Element k is the
    week that begins k weeks after ``first_week_on``. ``means`` add up over weeks; medians and intervals do not.
    """

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="demand_forecast")
    run = models.ForeignKey(ForecastRun, on_delete=models.PROTECT, related_name="forecasts")
    first_week_on = models.DateField()
    method = models.CharField(max_length=40)
    pattern = models.CharField(max_length=12)
    sales_weeks = models.PositiveIntegerField(help_text="Weeks with a sale that the forecast rests on.")
    means = ArrayField(models.FloatField())
    p50s = ArrayField(models.FloatField())
    lows = ArrayField(models.FloatField(), help_text="Lower end of the 80 % interval.")
    highs = ArrayField(models.FloatField(), help_text="Upper end of the 80 % interval.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(means__len__gt=0)
                & Q(p50s__len=F("means__len"))
                & Q(lows__len=F("means__len"))
                & Q(highs__len=F("means__len")),
                name="inventory_demandforecast_same_weeks",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} from {self.first_week_on}"
