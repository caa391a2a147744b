"""Messages that wait for an agent's approval, the oldest first."""

from __future__ import annotations

from django.db.models import QuerySet

from notifications.models import Delivery, DeliveryState


def proposals() -> QuerySet[Delivery]:
    """Return proposed messages."""
    return Delivery.objects.filter(state=DeliveryState.PROPOSED).order_by("pk")
