"""The row of a message: one fact, one customer, one channel, in the words it would have now."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from notifications.channels.short import render_short
from notifications.models import Channel, Delivery, DeliveryState, Fact
from notifications.texts.placeholders import parsed_date
from notifications.texts.rendering import Mail, render
from notifications.texts.words import KINDS


def draft(fact: Fact, *, channel: str, recipient: str, why_not: str = "", is_lead: bool, due_at: datetime) -> Delivery:
    """Return an unsaved delivery of a fact, pending, or suppressed because of ``why_not``."""
    order, customer = fact.payload["order"], fact.payload["customer"]
    mail = _preview(fact, channel)
    return Delivery(
        fact=fact,
        kind=fact.kind,
        channel=channel,
        is_lead=is_lead,
        recipient=recipient,
        order_ref=order["ref"],
        customer_code=customer["code"],
        customer_name=customer["name"],
        language=customer["language"],
        state=DeliveryState.SUPPRESSED if why_not else DeliveryState.PENDING,
        state_reason=why_not,
        subject_line=mail.subject_line,
        body_text=mail.body_text,
        body_html=mail.body_html,
        words_version=mail.words_version,
        not_before=due_at,
    )


def _preview(fact: Fact, channel: str) -> Mail:
    """Render what would be sent; a date that went back to what the customer knows has no words of its own."""
    kind = fact.kind.removeprefix("orders.")
    if kind not in KINDS:
        return Mail("", "", "")
    told_on, today = parsed_date(fact.payload["told_on"]), timezone.localdate(fact.occurred_at)
    speak = render if channel == Channel.EMAIL else render_short
    return speak(kind, fact.payload, language=fact.payload["customer"]["language"], told_on=told_on, today=today)
