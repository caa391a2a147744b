"""A message that is due, and sending it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from notifications.delivering.announcing import announce
from notifications.delivering.sending import send_due
from notifications.models import Delivery, Fact
from tests.factories.messages import make_fact


def due(kind: str = "orders.eta_slipped", **fields: Any) -> Delivery:
    """Announce a fact of two minutes ago and return its delivery, due now."""
    fact = make_fact(kind, now=timezone.now() - timedelta(minutes=2), **fields)
    Fact.objects.filter(pk=fact.pk).update(state="dispatched")
    announce([fact])
    return Delivery.objects.get(fact=fact)


def send(now: datetime | None = None) -> int:
    """Send what is due; return how many."""
    return send_due(now=now or timezone.now())
