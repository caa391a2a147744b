from __future__ import annotations

from django.db import models
from django.utils import timezone

from kernel.leases import Leased


class FactState(models.TextChoices):
    PENDING = "pending", "Pending"
    DISPATCHED = "dispatched", "Dispatched"
    QUARANTINED = "quarantined", "Quarantined"


class Fact(Leased):
    """Something that happened, written in the transaction that made it happen (the outbox).

    ``payload`` is a full snapshot: a reader never asks the producer. ``subject`` names what the fact is about
    (``order:17:promise``); of facts about one subject only the newest is worth telling.
    """

    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, blank=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    occurred_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12, choices=FactState, default=FactState.PENDING)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(kind=""), name="notifications_fact_kind_named")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="pending"), name="notifications_fact_pending"),
            models.Index(fields=["id"], condition=models.Q(state="quarantined"), name="notifications_fact_set_aside"),
            models.Index(fields=["subject", "-id"], condition=~models.Q(subject=""), name="notifications_fact_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.dedupe_key}"
