from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class WorkerHeartbeat(models.Model):
    """When a worker was last alive and connected to the broker; one row a worker, kept fresh by its main process."""

    name = models.CharField(max_length=200, unique=True)
    queues = ArrayField(models.CharField(max_length=40), default=list)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
