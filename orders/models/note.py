from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from orders.models.order import Order


class OrderNote(models.Model):
    """What a colleague wrote about an order."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="notes")
    body = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    written_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.body[:60]
