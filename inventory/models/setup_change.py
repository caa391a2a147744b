from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone


class SetupChange(models.Model):
    """One change of how we work, before and after, by whom: append-only.

    ``kind`` and ``name`` say of what ("capacity" of warehouse "LDS"); the key of the newest row is the version of that
    thing. ``before`` is None for what was new then.
    """

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=70)
    before = models.JSONField(null=True)
    after = models.JSONField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["kind", "name", "-id"], name="inventory_setup_change_of")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} of {self.name}"
