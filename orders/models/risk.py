from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class RiskVersion(models.Model):
    """One training of the model of lateness: its numbers, how good it was on cases it had not seen, and whether
    planning may use it.

    ``model`` is plain numbers (``orders.learning.risk``), empty where history was too thin for one. The habits are one
    array a figure, parallel to ``product_ids`` (ascending).
    """

    trained_at = models.DateTimeField(default=timezone.now)
    until_on = models.DateField(help_text="What happened from this day on was not learned from.")
    is_usable = models.BooleanField()
    refusal = models.TextField(blank=True, help_text="Why planning falls back to its written rules.")
    cases = models.PositiveIntegerField()
    late_cases = models.PositiveIntegerField()
    judgement = models.JSONField(default=dict, help_text="Brier score, base rate, AUC, reliability.")
    costs = models.JSONField(
        help_text="By tier: what a late pound costs, and what was cancelled of late and punctual ones."
    )
    seconds = models.FloatField()
    model = models.JSONField(default=dict)
    product_ids = ArrayField(models.BigIntegerField())
    late_shares = ArrayField(models.FloatField())
    supplier_late_shares = ArrayField(models.FloatField())
    weekly_units = ArrayField(models.FloatField())
    otherwise = ArrayField(models.FloatField(), size=3)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_usable=True, refusal="") | (Q(is_usable=False) & ~Q(refusal="")),
                name="orders_riskversion_says_why",
            ),
            models.CheckConstraint(
                condition=Q(late_shares__len=F("product_ids__len"))
                & Q(supplier_late_shares__len=F("product_ids__len"))
                & Q(weekly_units__len=F("product_ids__len")),
                name="orders_riskversion_same_products",
            ),
        ]

    def __str__(self) -> str:
        return f"risk version {self.pk}"
