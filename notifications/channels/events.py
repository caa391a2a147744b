"""What a mail provider reports later of mails it took: arrived, bounced, complained about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anymail.signals import AnymailTrackingEvent
from django.db.models import Q

from kernel.bounds import whole_number
from kernel.live import announce
from kernel.transactions import entry_verb
from notifications.channels.mail import OUR_NUMBER
from notifications.channels.routing import fall_back, tell_sent
from notifications.delivering.known import BOUNCED
from notifications.delivering.outcomes import close_address
from notifications.models import Channel, Delivery, DeliveryState
from notifications.models.suppression import BY_CUSTOMER

COMPLAINED = "complained"
ARRIVED = "delivered"
LOST = {"bounced": "bounced", "rejected": "refused by the provider", "failed": "failed at the provider"}
OPEN_ADDRESS = {"failed"}  # of these it is not the address that is to blame
TAKEN = (DeliveryState.SENT, DeliveryState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one mail: the provider's word for it and its name, perhaps our number of it."""

    happened: str
    recipient: str
    provider_id: str
    number: int | None
    detail: str
    at: datetime


def report_of(event: AnymailTrackingEvent, *, now: datetime) -> Report:
    """Read an event as anymail gives it."""
    number = str((event.metadata or {}).get(OUR_NUMBER, ""))
    detail = event.mta_response or event.description or event.reject_reason or ""
    return Report(
        happened=event.event_type,
        recipient=event.recipient or "",
        provider_id=str(event.message_id or ""),
        number=whole_number(number, digits=18),
        detail=" ".join(str(detail).split()),
        at=min(event.timestamp or now, now),
    )


@entry_verb
def hear(reports: Sequence[Report], *, now: datetime) -> None:
    """Keep what became of mails; heard twice, it changes nothing more.

    A bounce or complaint closes the address. A mail that bounced has failed, though it had been taken, and its news
    goes by the customer's next channel. One that arrived has been sent, even where our own answer was lost.
    """
    for report in sorted(reports, key=lambda report: (report.provider_id, report.at)):
        _close(report)
        mails = _mail_of(report)
        if report.happened == ARRIVED:
            _has_arrived(mails, report)
        elif report.happened in LOST:
            _is_lost(mails, report, now)
        if mails:
            announce("message", {"orders": sorted({mail.order_ref for mail in mails})})


def _close(report: Report) -> None:
    reasons = {"complained": COMPLAINED, "unsubscribed": BY_CUSTOMER}
    if report.happened in LOST and report.happened not in OPEN_ADDRESS:
        reasons[report.happened] = f"{BOUNCED}: {report.detail}"
    if report.recipient and report.happened in reasons:
        close_address(Channel.EMAIL, report.recipient, reason=reasons[report.happened])


def _mail_of(report: Report) -> list[Delivery]:
    """Lock and return the deliveries whose news the mail carried; none for a mail that is not ours."""
    rows = Delivery.objects.filter(channel=Channel.EMAIL, recipient__iexact=report.recipient)
    if report.number is not None:
        rows = rows.filter(Q(pk=report.number) | Q(sent_with_id=report.number))
    elif report.provider_id:
        rows = rows.filter(provider_id=report.provider_id)
    else:
        return []
    return list(rows.select_related("fact").order_by("pk").select_for_update(of=("self",), no_key=True))


def _has_arrived(mails: Sequence[Delivery], report: Report) -> None:
    unsure = [mail for mail in mails if mail.state == DeliveryState.UNCERTAIN]
    _change(unsure, state=DeliveryState.SENT, state_reason="", sent_at=report.at)
    tell_sent([mail for mail in unsure if mail.is_lead], sent_at=report.at)
    _change([mail for mail in mails if mail.state in TAKEN and not mail.arrived_at], arrived_at=report.at)


def _is_lost(mails: Sequence[Delivery], report: Report, now: datetime) -> None:
    lost = [mail for mail in mails if mail.state in TAKEN]
    reason = f"{LOST[report.happened]}: {report.detail}".strip(": ")[:200]
    _change(lost, state=DeliveryState.FAILED, state_reason=reason, sent_at=None, arrived_at=None)
    fall_back(lost, now=now)


def _change(mails: Sequence[Delivery], **values: Any) -> None:
    if mails:
        Delivery.objects.filter(pk__in=[mail.pk for mail in mails]).update(**values)
