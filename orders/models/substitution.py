from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from orders.models.order import OrderLine


class LineSubstitution(models.Model):
    """That a line stands in for another of its order: what was asked for, how many of it, and by whom it was swapped.

    ``is_agreed`` says that the customer consented, as far as the substitute asks for it.
    """

    line = models.OneToOneField(OrderLine, on_delete=models.PROTECT, primary_key=True, related_name="substitution")
    replaces = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="substitutions")
    replaced_qty = models.PositiveIntegerField()
    is_agreed = models.BooleanField(default=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"line {self.line_id} for line {self.replaces_id}"
