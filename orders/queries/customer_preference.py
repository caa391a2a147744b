"""How a customer is told, for their page."""

from __future__ import annotations

from dataclasses import dataclass

from notifications.channels.gateways import carriers
from notifications.delivering.known import closed_among
from notifications.models import Channel, Preference
from orders.models import Customer


@dataclass(frozen=True, slots=True)
class Told:
    """``chosen`` is None for who has chosen nothing; ``channels`` are names, the best first, ``not_set_up`` those of
    them that nobody carries; ``mails_closed`` says why the e-mail address is not written to."""

    chosen: Preference | None
    channels: list[str]
    not_set_up: list[str]
    mails_closed: str


def how_told(customer: Customer) -> Told:
    """Read it in two queries, and one more for who has chosen more than e-mail."""
    chosen = Preference.objects.filter(customer_code=customer.code).first()
    closed = closed_among([(Channel.EMAIL, customer.email)]) if customer.email else {}
    used = [Channel(name) for name in (chosen.channels if chosen else [Channel.EMAIL])]
    carried = {Channel.EMAIL.value, *(carriers().urls if {*used} - {Channel.EMAIL} else ())}
    return Told(
        chosen=chosen,
        channels=[str(channel.label) for channel in used],
        not_set_up=[str(channel.label) for channel in used if channel.value not in carried],
        mails_closed=next(iter(closed.values()), ""),
    )
