from __future__ import annotations

from django.db import models

from orders.models.plan import PlanRun


class PlanRecord(models.Model):
    """What a full run planned, kept so that it can be planned again: arrays, rules, day. Only the newest are kept."""

    run = models.OneToOneField(PlanRun, on_delete=models.CASCADE, primary_key=True, related_name="record")
    today = models.DateField()
    rules = models.JSONField(help_text="The policy's document as it was.")
    archive = models.BinaryField(help_text="The inputs as a compressed NumPy archive (orders.simulation.recording).")

    def __str__(self) -> str:
        return f"inputs of run {self.run_id}"
