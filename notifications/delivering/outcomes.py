"""What becomes of a message: each function is part of one short transaction and changes the message's deliveries only
while they are still ours."""

from __future__ import annotations

import logging
import random
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from kernel.locks import lock_until_commit
from kernel.transactions import require_transaction
from notifications.channels.routing import fall_back, tell_sent
from notifications.delivering.known import BOUNCED
from notifications.delivering.merging import MERGED
from notifications.delivering.preparing import Outgoing
from notifications.models import Delivery, DeliveryState, Suppression
from notifications.rules.valve import message_rules

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)  # longer than one message can take: each SMTP step gives up after EMAIL_TIMEOUT
MAX_ATTEMPTS = 10
SLOWEST_RETRY_SECONDS = 3600
MOST_TOGETHER = 500
MOST_HOLDS = 5  # that news waits for other news to its address
_CLAIM_LOCK = "notifications.delivering.claim"  # one sender at a time

# All due news to an address belongs to one sender, so that it makes one message; hence one claim at a time. News that
# could travel with what its address is due within the next moment waits for it, since plan after plan moves the orders
# of one late delivery; but not for ever.
_CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT id, recipient FROM notifications_delivery d
        WHERE state = 'pending' AND channel = %(channel)s AND not_before <= %(now)s
            AND (lease_until IS NULL OR lease_until < %(now)s)
            AND NOT (kind = ANY(%(merged)s) AND not_before > %(patient_since)s AND EXISTS (
                SELECT FROM notifications_delivery later
                WHERE later.state = 'pending' AND later.channel = d.channel AND later.recipient = d.recipient
                    AND later.kind = ANY(%(merged)s)
                    AND later.not_before > %(now)s AND later.not_before <= %(settled_at)s
            ))
        ORDER BY not_before, id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
    ), together AS MATERIALIZED (
        SELECT id FROM notifications_delivery
        WHERE state = 'pending' AND channel = %(channel)s AND recipient IN (SELECT recipient FROM due)
            AND not_before <= %(now)s AND (lease_until IS NULL OR lease_until < %(now)s)
            AND id NOT IN (SELECT id FROM due)
        ORDER BY id LIMIT %(together)s FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE notifications_delivery d
    SET lease_token = %(token)s, lease_until = %(until)s, attempts = attempts + 1
    FROM (SELECT id FROM due UNION ALL SELECT id FROM together) mine WHERE d.id = mine.id
"""
# Since the message was prepared, news may have been overtaken or stopped, its address or the valve closed.
_BEGIN = """
    UPDATE notifications_delivery d SET state = 'sending', state_reason = '', lease_until = %(until)s
    FROM notifications_fact f
    WHERE d.id = ANY(%(keys)s) AND f.id = d.fact_id AND d.lease_token = %(token)s AND d.state = 'pending'
        AND NOT EXISTS (SELECT 1 FROM notifications_fact n
            WHERE NOT n.subject = '' AND n.subject = f.subject AND n.id > f.id)
        AND NOT EXISTS (SELECT 1 FROM notifications_suppression s
            WHERE s.channel = d.channel AND lower(s.recipient) = lower(d.recipient)
                AND (d.kind <> 'orders.answered' OR s.reason <> 'unsubscribed'))
        AND NOT EXISTS (SELECT 1 FROM notifications_messagerules r WHERE r.is_paused)
"""


def claim_due(channel: str, *, now: datetime, limit: int) -> tuple[uuid.UUID, int]:
    """Claim due deliveries of a channel, and what else is due to their addresses, for a sender; return its token and
    how many. They stay pending until ``begin``."""
    token = uuid.uuid4()
    hold = timedelta(seconds=settings.MESSAGE_HOLD_SECONDS)
    with transaction.atomic(), connection.cursor() as cursor:
        lock_until_commit(_CLAIM_LOCK)
        cursor.execute(
            _CLAIM,
            {
                "channel": channel,
                "now": now,
                "until": now + LEASE,
                "token": token,
                "limit": limit,
                "together": MOST_TOGETHER,
                "merged": [f"orders.{kind}" for kind in sorted(MERGED)] if message_rules().merges else [],
                "settled_at": now + hold,
                "patient_since": now - MOST_HOLDS * hold,
            },
        )
        return token, cursor.rowcount


def begin(outgoing: Outgoing, *, token: uuid.UUID, now: datetime) -> bool:
    """Mark a message as being sent; False when any of its news may not go any more, which is then judged anew soon."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, {"keys": outgoing.keys, "token": token, "until": now + LEASE})
        if cursor.rowcount == len(outgoing.deliveries):
            return True
    left = Delivery.objects.filter(pk__in=outgoing.keys, lease_token=token)
    left.filter(state__in=[DeliveryState.PENDING, DeliveryState.SENDING]).update(
        state=DeliveryState.PENDING,
        sent_with=None,
        attempts=F("attempts") - 1,
        lease_token=None,
        lease_until=None,
    )
    return False


def finish(
    outgoing: Outgoing,
    *,
    state: DeliveryState,
    reason: str = "",
    provider_id: str = "",
    token: uuid.UUID,
    now: datetime,
) -> None:
    """Keep the outcome, and the facts notifications.sent when the customer has been told; news that failed goes over
    to the customer's next channel.

    A message that was given up as uncertain while its worker was merely slow still takes the true outcome.
    """
    require_transaction()
    ours = Delivery.objects.filter(pk__in=outgoing.keys, lease_token=token)
    changed = ours.filter(state__in=[DeliveryState.SENDING, DeliveryState.UNCERTAIN]).update(
        state=state,
        state_reason=reason[:200],
        sent_at=now if state == DeliveryState.SENT else None,
        provider_id=provider_id[:200],
        lease_until=None,
    )
    if changed != len(outgoing.deliveries):
        log.error("delivery %s was taken over while it was being sent", outgoing.delivery.pk)
    elif state == DeliveryState.SENT:
        tell_sent([each for each in outgoing.deliveries if each.is_lead], sent_at=now)
    elif state == DeliveryState.FAILED:
        fall_back(outgoing.deliveries, now=now)


def refused(outgoing: Outgoing, *, answer: str, is_bad_address: bool, token: uuid.UUID, now: datetime) -> None:
    """Fail a message that will never be taken; close the address when it is the address that was refused."""
    if is_bad_address:
        close_address(outgoing.delivery.channel, outgoing.delivery.recipient, reason=f"{BOUNCED}: {answer}")
    finish(outgoing, state=DeliveryState.FAILED, reason=answer, token=token, now=now)


def retry(outgoing: Outgoing, *, error: str, token: uuid.UUID, now: datetime) -> None:
    """Put a message back for later, twice as long each time, with jitter; fail it after ``MAX_ATTEMPTS``."""
    attempts = max(each.attempts for each in outgoing.deliveries)
    if attempts >= MAX_ATTEMPTS:
        words = f"Given up after {MAX_ATTEMPTS} tries: {error}"
        finish(outgoing, state=DeliveryState.FAILED, reason=words, token=token, now=now)
        return
    seconds = min(SLOWEST_RETRY_SECONDS, 15 * 2**attempts) * random.uniform(0.75, 1.25)
    ours = Delivery.objects.filter(pk__in=outgoing.keys, lease_token=token, state=DeliveryState.SENDING)
    ours.update(
        state=DeliveryState.PENDING,
        sent_with=None,
        state_reason=f"The server asks to try later: {error}"[:200],
        last_error=error[:2000],
        not_before=now + timedelta(seconds=seconds),
        lease_token=None,
        lease_until=None,
    )


def not_handed_over(outgoing: Outgoing, *, token: uuid.UUID) -> None:
    """Take back that a message is being sent: nobody was there to take it. It stays claimed, for ``give_back``."""
    ours = Delivery.objects.filter(pk__in=outgoing.keys, lease_token=token, state=DeliveryState.SENDING)
    ours.update(state=DeliveryState.PENDING)


def give_back(*, token: uuid.UUID, retry_at: datetime, reason: str = "", error: str = "") -> int:
    """Put back what is left of a claimed batch; it has not been tried, so it is not counted. Return how many."""
    return Delivery.objects.filter(lease_token=token, state=DeliveryState.PENDING).update(
        attempts=F("attempts") - 1,
        sent_with=None,
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


def close_address(channel: str, recipient: str, *, reason: str) -> None:
    """Write to an address no more; one that is closed already keeps its reason. Participant."""
    row = Suppression(channel=channel, recipient=recipient, reason=reason[:200])
    Suppression.objects.bulk_create([row], ignore_conflicts=True)
