"""From an order's fact to the delivery that tells its customer: exactly one row a fact and channel, told or not.

Whether the news is still worth telling is decided at the moment of sending (notifications.relevance). What is known
already here, such as a missing address, becomes a row in state suppressed with its reason, so that facts always add up.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.functions import Lower
from django.utils import timezone

from kernel.live import announce as announce_live
from notifications.models import Delivery, DeliveryState, Fact, Suppression
from notifications.placeholders import parsed_date
from notifications.rendering import Mail, render
from notifications.words import KINDS, read_once

EMAIL = "email"


def announce(facts: Sequence[Fact]) -> None:
    """Write one e-mail delivery a fact, due after settings.MESSAGE_HOLD_SECONDS (a listener of orders.* facts)."""
    addresses = {fact.payload["customer"]["email"].lower() for fact in facts}
    closed = suppressed_among(addresses)
    with read_once():
        rows = [_delivery(fact, closed) for fact in facts]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    announce_live("message", {"orders": sorted({fact.payload["order"]["ref"] for fact in facts})})


def suppressed_among(addresses: Collection[str]) -> dict[str, str]:
    """Return those of the lower-case ``addresses`` that must not be written to, with the reason."""
    rows = Suppression.objects.filter(channel=EMAIL).annotate(lower=Lower("recipient")).filter(lower__in=addresses)
    return dict(rows.values_list("lower", "reason"))


def _delivery(fact: Fact, closed: dict[str, str]) -> Delivery:
    order, customer = fact.payload["order"], fact.payload["customer"]
    reason = _why_not(fact, closed)
    mail = _preview(fact)
    return Delivery(
        fact=fact,
        kind=fact.kind,
        channel=EMAIL,
        recipient=customer["email"],
        order_ref=order["ref"],
        customer_code=customer["code"],
        customer_name=customer["name"],
        language=customer["language"],
        state=DeliveryState.SUPPRESSED if reason else DeliveryState.PENDING,
        state_reason=reason,
        subject_line=mail.subject_line,
        body_text=mail.body_text,
        body_html=mail.body_html,
        words_version=mail.words_version,
        not_before=_due_at(fact),
    )


def _due_at(fact: Fact) -> datetime:
    """Return until when a message can be taken back: a moment after its fact, or what its producer says."""
    send_after = fact.payload.get("send_after")
    if send_after:
        return datetime.fromisoformat(send_after)
    return fact.occurred_at + timedelta(seconds=settings.MESSAGE_HOLD_SECONDS)


def _why_not(fact: Fact, closed: dict[str, str]) -> str:
    customer = fact.payload["customer"]
    if not customer["email"]:
        return "No e-mail address"
    if not customer["wants_email"]:
        return "The customer does not want e-mail"
    address_reason = closed.get(customer["email"].lower())
    return f"Address closed: {address_reason}"[:200] if address_reason else ""


def _preview(fact: Fact) -> Mail:
    """Render what would be sent; a date that went back to what the customer knows has no words of its own."""
    kind = fact.kind.removeprefix("orders.")
    if kind not in KINDS:
        return Mail("", "", "")
    told_on = parsed_date(fact.payload["told_on"])
    today = timezone.localdate(fact.occurred_at)
    return render(kind, fact.payload, language=fact.payload["customer"]["language"], told_on=told_on, today=today)
