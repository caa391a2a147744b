from __future__ import annotations

from django.db import models
from django.utils import timezone


class SampleLoad(models.Model):
    """That this database holds the sample: pages then say "real demand, simulated supply"."""

    source = models.CharField(max_length=200)
    lines = models.PositiveIntegerField(help_text="Order lines written.")
    file_rows = models.PositiveIntegerField()
    counts = models.JSONField(default=dict, help_text="What became of the rows of the file; they add up.")
    loaded_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.source
