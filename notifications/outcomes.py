"""What becomes of a delivery: each function is one short transaction that changes it only while it is still ours."""

from __future__ import annotations

import hashlib
import logging
import random
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from kernel.errors import Invalid
from kernel.leases import claim
from kernel.live import announce as announce_live
from notifications.links import make_links
from notifications.merging import MERGED, News, companions_of, words_for
from notifications.models import Delivery, DeliveryState, LinkPurpose, MessageRules, Suppression
from notifications.outbox import record_fact
from notifications.relevance import Verdict, judge
from notifications.settling import settle
from notifications.valve import message_rules

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)  # longer than one mail can take: each SMTP step gives up after EMAIL_TIMEOUT
MAX_ATTEMPTS = 10
SLOWEST_RETRY_SECONDS = 3600


def claim_due(*, now: datetime, limit: int) -> tuple[uuid.UUID, list[int]]:
    """Claim due deliveries for a sender; return its token and their keys. They stay pending until ``start``."""
    return claim(Delivery.objects.filter(state=DeliveryState.PENDING), now=now, lease=LEASE, limit=limit)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail to hand over: its delivery, and the customer's keys, which are kept nowhere else (notifications.links)."""

    delivery: Delivery
    order_keys: dict[str, str]
    unsubscribe_key: str


def start(key: int, *, token: uuid.UUID, now: datetime) -> Outgoing | None:
    """Mark a claimed delivery as being sent, its words filled in; None when it is not to be sent now or not ours.

    News that no longer holds is settled here, inside the transaction that would otherwise send it. Other news that is
    due to the same recipient travels with it (``notifications.merging``).
    """
    with transaction.atomic():
        rows = Delivery.objects.filter(pk=key, lease_token=token, state=DeliveryState.PENDING)
        delivery = rows.select_for_update(of=("self",), no_key=True).select_related("fact").first()
        if delivery is None:
            return None
        rules = message_rules()
        verdict = judge(delivery, rules, now=now)
        if verdict.not_before or verdict.state != DeliveryState.PENDING:
            settle(delivery, verdict)
            return None
        try:
            return _fill_in(delivery, verdict, rules, now=now)
        except Invalid as error:
            words = f"Its words cannot be filled in: {error.detail}"
            settle(delivery, replace(verdict, state=DeliveryState.FAILED, reason=words))
            return None


def finish(delivery: Delivery, *, state: DeliveryState, reason: str, now: datetime) -> None:
    """Keep the outcome, and the fact notifications.sent when the customer has been told.

    A delivery that was given up as uncertain while its worker was merely slow still takes the true outcome.
    """
    with transaction.atomic():
        sent_at = now if state == DeliveryState.SENT else None
        ours = _in_this_mail(delivery).filter(state__in=[DeliveryState.SENDING, DeliveryState.UNCERTAIN])
        told = list(ours.select_related("fact").order_by("pk"))
        if not ours.update(state=state, state_reason=reason[:200], sent_at=sent_at, lease_until=None):
            log.error("delivery %s was taken over while it was being sent", delivery.pk)
            return
        announce_live("message", {"orders": sorted({each.order_ref for each in told})})
        if sent_at:
            for each in told:
                _record_sent(each, sent_at)


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
    _in_this_mail(delivery).filter(state=DeliveryState.SENDING).update(
        state=DeliveryState.PENDING,
        sent_with=None,
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


def _in_this_mail(delivery: Delivery) -> QuerySet[Delivery]:
    """Return the delivery and those whose news its mail carries, while they are ours."""
    carried = Q(pk=delivery.pk) | Q(sent_with_id=delivery.pk)
    return Delivery.objects.filter(carried, lease_token=delivery.lease_token)


def _fill_in(delivery: Delivery, verdict: Verdict, rules: MessageRules, *, now: datetime) -> Outgoing:
    """Write the words of the delivery, or of one mail for it and its companions, and mark all as being sent."""
    news = [News(delivery, verdict)]
    if rules.merges and verdict.kind in MERGED:
        news += [News(other, said) for other, said in companions_of(delivery, rules, now=now)]
    mail = words_for(news, today=timezone.localdate(now))
    for each in news:
        row = each.delivery
        row.kind = f"orders.{each.verdict.kind}"
        row.subject_line, row.body_text, row.body_html = mail.subject_line, mail.body_text, mail.body_html
        row.words_version = mail.words_version
        row.message_id, row.sent_with = message_id(delivery), None if row is delivery else delivery
        row.state, row.state_reason, row.lease_until = DeliveryState.SENDING, "", now + LEASE
        row.lease_token = delivery.lease_token
        row.save()
    refs = [each.delivery.order_ref for each in news]
    wanted = [(LinkPurpose.ORDER, ref) for ref in refs] + [(LinkPurpose.UNSUBSCRIBE, delivery.recipient)]
    *order_keys, unsubscribe_key = make_links(wanted, now=now)
    return Outgoing(delivery, dict(zip(refs, order_keys, strict=True)), unsubscribe_key)


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
