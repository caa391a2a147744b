"""What becomes of a delivery: each function is one short transaction that changes it only while it is still ours."""

from __future__ import annotations

import hashlib
import logging
import random
import uuid
from datetime import date, datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kernel.errors import Invalid
from kernel.leases import claim
from kernel.live import announce as announce_live
from notifications.links import make_links
from notifications.models import Delivery, DeliveryState, LinkPurpose, Suppression
from notifications.outbox import record_fact
from notifications.relevance import judge
from notifications.rendering import render

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)  # longer than one mail can take: each SMTP step gives up after EMAIL_TIMEOUT
MAX_ATTEMPTS = 10
SLOWEST_RETRY_SECONDS = 3600


def claim_due(*, now: datetime, limit: int) -> tuple[uuid.UUID, list[int]]:
    """Claim due deliveries for a sender; return its token and their keys. They stay pending until ``start``."""
    return claim(Delivery.objects.filter(state=DeliveryState.PENDING), now=now, lease=LEASE, limit=limit)


def start(key: int, *, token: uuid.UUID, now: datetime) -> Delivery | None:
    """Mark a claimed delivery as being sent, its words filled in; None when it is not to be sent now or not ours.

    News that no longer holds is settled here, inside the transaction that would otherwise send it.
    """
    with transaction.atomic():
        rows = Delivery.objects.filter(pk=key, lease_token=token, state=DeliveryState.PENDING)
        delivery = rows.select_for_update(of=("self",), no_key=True).select_related("fact").first()
        if delivery is None:
            return None
        verdict = judge(delivery, now=now)
        if verdict.not_before or verdict.state != DeliveryState.PENDING:
            delivery.not_before = verdict.not_before or delivery.not_before
            _settle(delivery, verdict.state, verdict.reason)
            return None
        try:
            _fill_in(delivery, kind=verdict.kind, told_on=verdict.told_on, now=now)
        except Invalid as error:
            _settle(delivery, DeliveryState.FAILED, f"Its words cannot be filled in: {error.detail}")
            return None
        return delivery


def finish(delivery: Delivery, *, state: DeliveryState, reason: str, now: datetime) -> None:
    """Keep the outcome, and the fact notifications.sent when the customer has been told.

    A delivery that was given up as uncertain while its worker was merely slow still takes the true outcome.
    """
    with transaction.atomic():
        sent_at = now if state == DeliveryState.SENT else None
        ours = Delivery.objects.filter(
            pk=delivery.pk,
            lease_token=delivery.lease_token,
            state__in=[DeliveryState.SENDING, DeliveryState.UNCERTAIN],
        )
        if not ours.update(state=state, state_reason=reason[:200], sent_at=sent_at, lease_until=None):
            log.error("delivery %s was taken over while it was being sent", delivery.pk)
            return
        announce_live("message", {"orders": [delivery.order_ref]})
        if sent_at:
            _record_sent(delivery, sent_at)


def refused(delivery: Delivery, *, answer: str, is_bad_address: bool, now: datetime) -> None:
    """Fail a delivery that the server will never take; close the address when it is the address that was refused."""
    if is_bad_address:
        Suppression.objects.bulk_create(
            [Suppression(channel=delivery.channel, recipient=delivery.recipient, reason=f"bounced: {answer}"[:200])],
            ignore_conflicts=True,
        )
    finish(delivery, state=DeliveryState.FAILED, reason=answer, now=now)


def retry(delivery: Delivery, *, error: str, now: datetime) -> None:
    """Put a delivery back for later, twice as long each time, with jitter; fail it after ``MAX_ATTEMPTS``."""
    if delivery.attempts >= MAX_ATTEMPTS:
        finish(delivery, state=DeliveryState.FAILED, reason=f"Given up after {MAX_ATTEMPTS} tries: {error}", now=now)
        return
    seconds = min(SLOWEST_RETRY_SECONDS, 15 * 2**delivery.attempts) * random.uniform(0.75, 1.25)
    ours = Delivery.objects.filter(pk=delivery.pk, lease_token=delivery.lease_token, state=DeliveryState.SENDING)
    ours.update(
        state=DeliveryState.PENDING,
        state_reason=f"The server asks to try later: {error}"[:200],
        last_error=error[:2000],
        not_before=now + timedelta(seconds=seconds),
        lease_token=None,
        lease_until=None,
    )


def give_back(*, token: uuid.UUID, retry_at: datetime, reason: str = "", error: str = "") -> int:
    """Put back what is left of a claimed batch; it has not been tried, so it is not counted. Return how many."""
    return Delivery.objects.filter(lease_token=token, state=DeliveryState.PENDING).update(
        attempts=F("attempts") - 1,
        state_reason=reason,
        last_error=error[:2000],
        not_before=retry_at,
        lease_token=None,
        lease_until=None,
    )


def give_up_unanswered(*, now: datetime) -> int:
    """Turn deliveries whose worker died while sending into ``uncertain``; return how many."""
    left = Delivery.objects.filter(state=DeliveryState.SENDING, lease_until__lt=now)
    return left.update(
        state=DeliveryState.UNCERTAIN, state_reason="The worker died before the server's answer was kept"
    )


def message_id(delivery: Delivery) -> str:
    """Return the Message-ID of a delivery: the same each time, so that a mail sent twice would show as one."""
    what = f"{delivery.fact_id}|{delivery.recipient}|{delivery.channel}"
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{delivery.fact_id}.{hashlib.sha256(what.encode()).hexdigest()[:24]}@{domain}>"


def _settle(delivery: Delivery, state: DeliveryState, reason: str) -> None:
    delivery.state, delivery.state_reason = state, reason[:200]
    delivery.lease_token = delivery.lease_until = None
    delivery.save(update_fields=["state", "state_reason", "not_before", "lease_token", "lease_until"])
    announce_live("message", {"orders": [delivery.order_ref]})


def _fill_in(delivery: Delivery, *, kind: str, told_on: date | None, now: datetime) -> None:
    today = timezone.localdate(now)
    mail = render(kind, delivery.fact.payload, language=delivery.language, told_on=told_on, today=today)
    delivery.kind = f"orders.{kind}"
    delivery.subject_line, delivery.body_text, delivery.body_html = mail.subject_line, mail.body_text, mail.body_html
    delivery.message_id = message_id(delivery)
    delivery.state, delivery.state_reason, delivery.lease_until = DeliveryState.SENDING, "", now + LEASE
    delivery.save()
    wanted = [(LinkPurpose.ORDER, delivery.order_ref), (LinkPurpose.UNSUBSCRIBE, delivery.recipient)]
    delivery.order_key, delivery.unsubscribe_key = make_links(wanted, now=now)


def _record_sent(delivery: Delivery, sent_at: datetime) -> None:
    payload = delivery.fact.payload
    record_fact(
        "notifications.sent",
        subject=f"delivery:{delivery.pk}",
        dedupe_key=f"sent:{delivery.pk}",
        payload={
            "delivery_id": delivery.pk,
            "fact_kind": delivery.kind,
            "order_id": payload["order"]["id"],
            "eta_on": payload["eta_on"],
            "sent_at": sent_at.isoformat(),
        },
        now=sent_at,
    )
