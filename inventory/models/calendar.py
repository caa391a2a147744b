from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q


@pghistory.track()
class Calendar(models.Model):
    """Which days somebody works: weekdays, less a country's public holidays, less days closed by hand.

    The one marked ``is_company`` is everybody's who has none of their own; without it that is Monday to Friday.
    """

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code; its public holidays are closed.")
    subdivision = models.CharField(max_length=10, blank=True, help_text="A part of it with holidays of its own.")
    weekdays = models.CharField(max_length=7, default="1111100", help_text="1 for each working day, Monday first.")
    is_company = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weekdays__regex=r"^[01]{7}$") & ~Q(weekdays="0000000"), name="inventory_calendar_weekdays"
            ),
            models.UniqueConstraint(
                fields=["is_company"], condition=Q(is_company=True), name="inventory_calendar_one_company"
            ),
        ]

    def __str__(self) -> str:
        return self.code


@pghistory.track()
class ClosedDay(models.Model):
    """A day on which nobody of a calendar works, beside its public holidays."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="closed_days")
    day = models.DateField()
    note = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="inventory_closed_day_once")]

    def __str__(self) -> str:
        return f"{self.day}"
