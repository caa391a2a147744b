"""By which channels a customer is told: what they chose, what is set up, which of their addresses work."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.transactions import require_transaction
from notifications.channels.gateways import Carriers, carriers
from notifications.delivering.drafts import draft
from notifications.delivering.known import BOUNCED, closed_among
from notifications.models import Channel, Delivery, DeliveryState, Fact, Preference, SendMode
from notifications.outbox import NewFact, record_facts
from notifications.rules.proposing import ANSWERED, mode_of, rules_in_force

_SPACING = re.compile(r"[\s().\-/]")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")

WORKS = (DeliveryState.PROPOSED, DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.SENT)


@dataclass(frozen=True, slots=True)
class Way:
    """A channel and the customer's address on it."""

    channel: str
    recipient: str

    @property
    def label(self) -> str:
        """The channel's name on pages."""
        return str(Channel(self.channel).label)


@dataclass(frozen=True, slots=True)
class Route:
    """The ways that are open to a customer, the best first; without any, ``why_not``."""

    ways: tuple[Way, ...]
    uses_all: bool = False
    why_not: str = ""

    @property
    def first(self) -> tuple[Way, ...]:
        """The ways that news takes at once."""
        return self.ways if self.uses_all else self.ways[:1]


def routes_of(facts: Sequence[Fact]) -> list[Route]:
    """Return the route of each fact to the customer of its snapshot, parallel; three statements however many."""
    return routes_to([fact.payload["customer"] for fact in facts])


def routes_to(customers: Sequence[Mapping[str, Any]]) -> list[Route]:
    """Return the route to each customer of a snapshot, parallel; three statements however many."""
    codes = {customer["code"] for customer in customers}
    chosen = {row.customer_code: row for row in Preference.objects.filter(customer_code__in=codes)}
    carried = carriers()
    addresses = [_addresses(customer, chosen.get(customer["code"])) for customer in customers]
    closed = closed_among((each.channel, each.recipient) for ways in addresses for each in ways.values())
    return [
        _route(customer, chosen.get(customer["code"]), ways, closed, carried)
        for customer, ways in zip(customers, addresses, strict=True)
    ]


def fall_back(failed: Sequence[Delivery], *, now: datetime) -> None:
    """Send the news of deliveries that did not arrive by the customer's next channel, once each; participant.

    Only what leads falls back, and no answer: it belongs where the question came from. Where the same news has gone by
    another channel at once, that one leads from now on.
    """
    require_transaction()
    leading = [each for each in failed if each.is_lead and each.kind != ANSWERED]
    if not leading:
        return
    facts = {row.pk: row for row in Fact.objects.filter(pk__in={each.fact_id for each in leading})}
    tried: dict[int, list[Delivery]] = defaultdict(list)
    for row in Delivery.objects.filter(fact_id__in=facts).select_related("fact").order_by("pk"):
        tried[row.fact_id].append(row)
    routes = routes_of([facts[each.fact_id] for each in leading])
    for each, route in zip(leading, routes, strict=True):
        _go_over(each, facts[each.fact_id], route, tried[each.fact_id], now)


def let_others_lead(kept_back: Sequence[Delivery]) -> None:
    """Where the same news goes by another channel too, let that one lead instead of what the rules keep back."""
    leading = {each.fact_id: each for each in kept_back if each.is_lead}
    if not leading:
        return
    others = Delivery.objects.filter(fact_id__in=leading, state__in=WORKS, is_lead=False).select_related("fact")
    for other in others.order_by("fact_id", "pk"):
        if lead := leading.pop(other.fact_id, None):
            _hand_lead(lead, other)


def tell_sent(deliveries: Sequence[Delivery], *, sent_at: datetime) -> None:
    """Record that customers have been told, by deliveries whose facts are loaded; participant. The dispatcher hears of
    it at its next look."""
    record_facts([_sent_fact(each, sent_at) for each in deliveries], now=sent_at, wakes=False)


def sms_number(text: str) -> str:
    """Return a number as gateways want it, +442071838750; empty for one that does not name its country."""
    number = re.sub(r"^00", "+", _SPACING.sub("", text.replace("(0)", "")))
    return number if _NUMBER.fullmatch(number) else ""


def _addresses(customer: Mapping[str, Any], chosen: Preference | None) -> dict[str, Way]:
    """Return the customer's addresses by channel; snapshots from before there were telephones have none."""
    named = {
        Channel.EMAIL: customer["email"],
        Channel.SMS: sms_number((chosen and chosen.sms_to) or customer.get("phone", "")),
        Channel.CHAT: chosen.chat_to if chosen else "",
        Channel.PUSH: chosen.push_to if chosen else "",
    }
    return {str(channel): Way(channel, address) for channel, address in named.items() if address}


def _route(
    customer: Mapping[str, Any],
    chosen: Preference | None,
    addresses: Mapping[str, Way],
    closed: Mapping[tuple[str, str], str],
    carried: Carriers,
) -> Route:
    channels = (
        chosen.channels if chosen else [Channel.EMAIL, *(() if _refuses(customer, closed) else carried.fallbacks)]
    )
    ways, why_not = [], []
    for channel in channels:
        way = addresses.get(channel)
        reason = _why_not(channel, way, customer, closed, carried)
        why_not.append(reason)
        if way and not reason:
            ways.append(way)
    uses_all = bool(chosen and chosen.uses_all)
    return Route(tuple(ways), uses_all, next(filter(None, why_not), "The customer wants no messages")[:200])


def _refuses(customer: Mapping[str, Any], closed: Mapping[tuple[str, str], str]) -> bool:
    """Tell whether a customer has said no to e-mail: who did is not written to by a channel they never chose either."""
    reason = closed.get((Channel.EMAIL, customer["email"].lower()), BOUNCED)
    return not customer["wants_email"] or not reason.startswith(BOUNCED)


def _why_not(
    channel: str,
    way: Way | None,
    customer: Mapping[str, Any],
    closed: Mapping[tuple[str, str], str],
    carried: Carriers,
) -> str:
    name = Channel(channel).label
    if way is None:
        return "No e-mail address" if channel == Channel.EMAIL else f"No address for {name}"
    if channel == Channel.EMAIL and not customer["wants_email"]:
        return "The customer does not want e-mail"
    if channel != Channel.EMAIL and channel not in carried.urls:
        return f"{name} is not set up"
    reason = closed.get((channel, way.recipient.lower()))
    return "" if reason is None else f"Address closed: {reason}"


def _go_over(failed: Delivery, fact: Fact, route: Route, tried: Sequence[Delivery], now: datetime) -> None:
    """Let another delivery of the fact lead: one that works already, else a new one by the next way there is."""
    working = next((each for each in tried if each.pk != failed.pk and each.state in WORKS), None)
    used = {each.channel for each in tried}
    way = next((each for each in route.ways if each.channel not in used), None)
    if working:
        _hand_lead(failed, working)
    elif way:
        _stand_in(failed, fact, way, now)


def _hand_lead(lead: Delivery, other: Delivery) -> None:
    Delivery.objects.filter(pk=lead.pk).update(is_lead=False)
    Delivery.objects.filter(pk=other.pk).update(is_lead=True)
    if other.state == DeliveryState.SENT and other.sent_at:
        tell_sent([other], sent_at=other.sent_at)


def _stand_in(failed: Delivery, fact: Fact, way: Way, now: datetime) -> None:
    row = draft(fact, channel=way.channel, recipient=way.recipient, is_lead=True, due_at=now)
    row.state_reason = f"After {Channel(failed.channel).label} failed"
    if mode_of(row.kind, row.channel, fact.payload, rules_in_force()) == SendMode.NEVER:
        return
    Delivery.objects.filter(pk=failed.pk).update(is_lead=False)
    Delivery.objects.bulk_create([row], ignore_conflicts=True)


def _sent_fact(delivery: Delivery, sent_at: datetime) -> NewFact:
    payload = delivery.fact.payload
    return NewFact(
        "notifications.sent",
        dedupe_key=f"sent:{delivery.pk}",
        subject=f"delivery:{delivery.pk}",
        payload={
            "delivery_id": delivery.pk,
            "fact_kind": delivery.kind,
            "order_id": payload["order"]["id"],
            "eta_on": payload["eta_on"],
            "sent_at": sent_at.isoformat(),
        },
    )
