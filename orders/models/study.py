from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from kernel.leases import Leased
from orders.models.simulation import SimulationStatus


class StudyKind(models.TextChoices):
    BACKTEST_POLICIES = "backtest_policies", "Live through the last weeks once per strategy"
    BACKTEST_FORECAST = "backtest_forecast", "Forecast the last weeks from what lies before"
    CALIBRATE_CHANCES = "calibrate_chances", "Judge the chances of promises by past receipts"
    TRAIN_LATE_RISK = "train_late_risk", "Learn from our past which lines become late"
    FORECAST_DEMAND = "forecast_demand", "Forecast every active product's weekly demand"
    REPLAY_RUN = "replay_run", "Plan a kept run again and see whether the same plan comes out"
    CHECK_INTEGRITY = "check_integrity", "Compute every counter again"


class Study(Leased):
    """A question to our own records that takes a worker some time; a row of the queue until it is answered.

    ``asked`` is as ``orders.studying.studies`` read it, ``result`` what the command of the same name prints as JSON.
    """

    kind = models.CharField(max_length=20, choices=StudyKind)
    asked = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=SimulationStatus, default=SimulationStatus.WAITING)
    step = models.CharField(max_length=120, blank=True)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "studies"
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(status__in=["waiting", "running"]), name="orders_study_due"
            ),
            models.Index(fields=["expires_at"], name="orders_study_expiry"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
