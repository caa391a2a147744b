"""Keeping what was decided about a message that is not sent now."""

from __future__ import annotations

from kernel.live import announce
from notifications.models import Delivery
from notifications.relevance import Verdict


def settle(delivery: Delivery, verdict: Verdict) -> None:
    """Keep what was decided about a delivery that is not sent now; participant of the sender's transaction."""
    delivery.state, delivery.state_reason = verdict.state, verdict.reason[:200]
    delivery.not_before = verdict.not_before or delivery.not_before
    delivery.lease_token = delivery.lease_until = None
    delivery.save(update_fields=["state", "state_reason", "not_before", "lease_token", "lease_until"])
    announce("message", {"orders": [delivery.order_ref]})
