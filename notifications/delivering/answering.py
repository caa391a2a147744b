"""A colleague's answer to what a customer wrote goes to the address they wrote from, whatever they chose for news."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from kernel.live import announce as announce_live
from notifications.delivering.drafts import draft
from notifications.delivering.known import closed_among
from notifications.models import Channel, Delivery, Fact
from notifications.models.suppression import BY_CUSTOMER
from notifications.texts.words import read_once


def announce(facts: Sequence[Fact]) -> None:
    """Write one e-mail a fact, due after settings.MESSAGE_HOLD_SECONDS (a listener of orders.answered facts)."""
    senders = {fact.pk: fact.payload["customer"]["email"] for fact in facts}
    closed = closed_among((Channel.EMAIL, sender) for sender in senders.values())
    with read_once():
        rows = [
            draft(
                fact,
                channel=Channel.EMAIL,
                recipient=senders[fact.pk],
                why_not=_why_not(closed.get((Channel.EMAIL, senders[fact.pk].lower()), "")),
                is_lead=True,
                due_at=fact.occurred_at + timedelta(seconds=settings.MESSAGE_HOLD_SECONDS),
            )
            for fact in facts
        ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    announce_live("message", {"orders": sorted({fact.payload["order"]["ref"] for fact in facts})})


def _why_not(closed: str) -> str:
    """Return why an address gets no answer; whoever unsubscribed from news and then writes wants one."""
    return f"Address closed: {closed}"[:200] if closed and closed != BY_CUSTOMER else ""
