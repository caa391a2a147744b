"""From an order's fact to the deliveries that tell its customer: exactly one that leads a fact, told or not.

Whether the news is still worth telling is decided at the moment of sending (``relevance``). What is known already
here, such as a missing address, becomes a row in state suppressed with its reason, so that facts always add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from kernel.live import announce as announce_live
from notifications.channels.routing import Route, Way, routes_of
from notifications.delivering.drafts import draft
from notifications.models import Channel, Delivery, DeliveryState, Fact
from notifications.rules.proposing import apply_send_rules, overtake_proposals
from notifications.texts.words import read_once


def announce(facts: Sequence[Fact]) -> None:
    """Write a delivery a fact on the first channel that is open to its customer, or on all if that is their wish, due
    after settings.MESSAGE_HOLD_SECONDS (a listener of orders.* facts)."""
    with read_once():
        routes = routes_of(facts)
        rows = [row for fact, route in zip(facts, routes, strict=True) for row in _deliveries(fact, route)]
    apply_send_rules(rows)
    _let_what_goes_lead(rows)
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    overtake_proposals({fact.subject for fact in facts} - {""})
    announce_live("message", {"orders": sorted({fact.payload["order"]["ref"] for fact in facts})})


def _deliveries(fact: Fact, route: Route) -> Iterator[Delivery]:
    nowhere = (Way(Channel.EMAIL, fact.payload["customer"]["email"]),)
    for place, way in enumerate(route.first or nowhere):
        why_not = "" if route.ways else route.why_not
        yield draft(
            fact,
            channel=way.channel,
            recipient=way.recipient,
            why_not=why_not,
            is_lead=place == 0,
            due_at=_due_at(fact),
        )


def _let_what_goes_lead(rows: Sequence[Delivery]) -> None:
    """Where the rules keep the first channel's delivery of a fact back, let one lead that goes."""
    leading = {row.fact_id: row for row in rows if row.is_lead}
    for row in rows:
        lead = leading[row.fact_id]
        if lead.state == DeliveryState.SUPPRESSED and row.state != DeliveryState.SUPPRESSED:
            lead.is_lead, row.is_lead, leading[row.fact_id] = False, True, row


def _due_at(fact: Fact) -> datetime:
    """Return until when a message can be taken back: a moment after its fact, or what its producer says."""
    send_after = fact.payload.get("send_after")
    if send_after:
        return datetime.fromisoformat(send_after)
    return fact.occurred_at + timedelta(seconds=settings.MESSAGE_HOLD_SECONDS)
