from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from kernel.leases import Leased
from orders.models.policy import Policy


class SimulationStatus(models.TextChoices):
    WAITING = "waiting", "Waiting for a worker"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Simulation(Leased):
    """Scenarios planned beside the live plan and compared with it; a row of the workers' queue until it is done."""

    name = models.CharField(max_length=100)
    status = models.CharField(max_length=10, choices=SimulationStatus, default=SimulationStatus.WAITING)
    step = models.CharField(max_length=120, blank=True)
    steps_done = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(default=0)
    baseline = models.JSONField(default=dict, help_text="Figures of the live inputs under the policy in force.")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(status__in=["waiting", "running"]), name="orders_simulation_due"
            ),
            models.Index(fields=["expires_at"], name="orders_simulation_expiry"),
        ]
        permissions = [("simulate", "Plan scenarios beside the live plan")]

    def __str__(self) -> str:
        return self.name


class SimulationScenario(models.Model):
    """Changed inputs under a name, and what came of them."""

    simulation = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="scenarios")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    changes = models.JSONField(default=list, help_text="As orders.simulation.reading accepts them.")
    policy = models.ForeignKey(Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    result = models.JSONField(default=dict)

    class Meta:
        ordering = ["simulation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["simulation", "position"], name="orders_scenario_position"),
            models.UniqueConstraint(fields=["simulation", "name"], name="orders_scenario_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_publishable(self) -> bool:
        """Whether it changes rules, which can be put in force."""
        return any(change.get("type") == "policy" for change in self.changes)
