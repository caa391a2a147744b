from __future__ import annotations

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q


@pghistory.track()
class Guard(models.Model):
    """How much a full run may change before somebody has to look, and whether rules need a second person.

    One row. A limit that is not set lets everything pass.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    slipped_orders = models.PositiveIntegerField(null=True, blank=True)
    broken_promises = models.PositiveIntegerField(null=True, blank=True)
    rank_churn_percent = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(100)])
    messages = models.PositiveIntegerField(null=True, blank=True)
    four_eyes = models.BooleanField(default=False, help_text="Rules that one person wrote another has to approve.")
    edits = models.PositiveIntegerField(default=0, help_text="Counts changes; whoever edits sends it back.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="orders_guard_one_row"),
            models.CheckConstraint(
                condition=Q(rank_churn_percent__isnull=True) | Q(rank_churn_percent__lte=100),
                name="orders_guard_churn_percent",
            ),
        ]

    def __str__(self) -> str:
        return "guard of full runs"
