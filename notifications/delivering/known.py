"""What judging messages asks the database, read for a whole batch at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Lower

from notifications.models import Delivery, DeliveryState, Fact, Preference, Suppression, Threshold
from notifications.rules.thresholds import thresholds_in_force

LONGEST_DAY = timedelta(hours=25)
BOUNCED = "bounced"  # how the reason begins for which an address is closed without its owner's wish

Mailbox = tuple[str, str, str]  # customer, channel, address


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery of the same subject's news: ``sent_at`` only when it has been sent; ``eta_on`` is the day it names."""

    key: int
    fact_id: int
    kind: str
    state: str
    sent_at: datetime | None
    eta_on: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """By subject: the newest fact, and what was or will be told. By order: the newest fact that says that all of it has
    been shipped. By (channel, lower-case address): why it is closed. By mailbox: when messages left lately. By
    customer: quiet hours of their own. And from how many days on a moved date is told."""

    newest: Mapping[str, int]
    told: Mapping[str, Sequence[Told]]
    left: Mapping[str, int]
    closed: Mapping[tuple[str, str], str]
    mails: dict[Mailbox, list[datetime]]
    nights: Mapping[str, tuple[time, time]]
    thresholds: Sequence[Threshold]

    def told_of(self, delivery: Delivery) -> list[Told]:
        """Return what was told of a delivery's subject by other facts than its own, which may go by two channels."""
        return [each for each in self.told.get(delivery.fact.subject, ()) if each.fact_id != delivery.fact_id]

    def mails_since(self, delivery: Delivery, since: datetime) -> int:
        """Count the messages that this customer got at this address; news that travelled with another counts once."""
        return sum(at >= since for at in self.mails[_mailbox(delivery)])

    def count_mail(self, delivery: Delivery, now: datetime) -> None:
        """Count a message that is about to leave."""
        self.mails[_mailbox(delivery)].append(now)


def read_known(deliveries: Sequence[Delivery], *, now: datetime) -> Known:
    """Read what ``relevance.judge`` needs for deliveries whose facts are loaded; seven statements however many."""
    subjects = {each.fact.subject for each in deliveries} - {""}
    return Known(
        newest=dict(_about(subjects).values_list("subject").annotate(Max("pk"))),
        told=_told(subjects),
        left=_left({each.order_ref for each in deliveries}),
        closed=closed_among((each.channel, each.recipient) for each in deliveries),
        mails=_mails(deliveries, now),
        nights=_nights({each.customer_code for each in deliveries}),
        thresholds=thresholds_in_force(),
    )


def closed_among(addresses: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return those (channel, lower-case address) that must not be written to, with the reason."""
    asked = {(channel, address.lower()) for channel, address in addresses}
    rows = Suppression.objects.annotate(lower=Lower("recipient")).filter(
        channel__in={channel for channel, _ in asked}, lower__in={address for _, address in asked}
    )
    found = {(channel, lower): reason for channel, lower, reason in rows.values_list("channel", "lower", "reason")}
    return {key: found[key] for key in asked if key in found}


def _about(subjects: Collection[str]) -> QuerySet[Fact]:
    return Fact.objects.filter(subject__in=subjects).exclude(subject="").order_by()


def _told(subjects: Collection[str]) -> dict[str, list[Told]]:
    rows = Delivery.objects.filter(fact__subject__in=subjects).exclude(fact__subject="")
    columns = ("pk", "fact_id", "kind", "state", "sent_at", "fact__payload__eta_on", "fact__subject")
    told: dict[str, list[Told]] = defaultdict(list)
    for key, fact_id, kind, state, sent_at, eta_on, subject in rows.values_list(*columns):
        told[subject].append(Told(key, fact_id, kind, state, sent_at if state == DeliveryState.SENT else None, eta_on))
    return told


def _left(refs: Collection[str]) -> dict[str, int]:
    """A shipment after which no line is left says that the order has left."""
    shipped = Delivery.objects.filter(order_ref__in=refs, kind="orders.shipped", fact__payload__lines=[])
    return dict(shipped.order_by().values_list("order_ref").annotate(Max("fact_id")))


def _mails(deliveries: Sequence[Delivery], now: datetime) -> dict[Mailbox, list[datetime]]:
    codes = {each.customer_code for each in deliveries}
    under_way = Q(state=DeliveryState.SENT, sent_at__gte=now - LONGEST_DAY) | Q(state=DeliveryState.SENDING)
    rows = Delivery.objects.filter(under_way, customer_code__in=codes, sent_with__isnull=True)
    mails: dict[Mailbox, list[datetime]] = defaultdict(list)
    for code, channel, recipient, sent_at in rows.values_list("customer_code", "channel", "recipient", "sent_at"):
        mails[code, channel, recipient].append(sent_at or now)
    return mails


def _nights(codes: Collection[str]) -> dict[str, tuple[time, time]]:
    own = Preference.objects.filter(customer_code__in=codes, quiet_from__isnull=False)
    rows = own.values_list("customer_code", "quiet_from", "quiet_to")
    return {code: (begins, ends) for code, begins, ends in rows if begins and ends}


def _mailbox(delivery: Delivery) -> Mailbox:
    return delivery.customer_code, delivery.channel, delivery.recipient
