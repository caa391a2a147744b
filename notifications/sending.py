"""Send due deliveries by SMTP: claim, ask whether the news still holds, hand over outside any transaction, record.

A delivery is ``sending`` from just before its mail is handed over until the outcome is committed. When its worker dies
in between, nobody knows whether the server took it: its lease runs out and it becomes ``uncertain``, for a person to
decide about. It is never sent a second time by itself.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone
from django.utils.html import conditional_escape

from notifications import outcomes, valve
from notifications.models import DeliveryState
from notifications.outcomes import Outgoing
from notifications.placeholders import hidden_link
from notifications.replies.addresses import reply_address
from notifications.smtp import Mailer, RefusedForGood, RefusedForNow, Unanswered, Unreachable
from notifications.words import read_once

BATCH = 50
TIME_FOR_BATCH = timedelta(seconds=20)  # a task that hits its time limit would leave its mail uncertain
SERVER_AWAY_SECONDS = (5, 15)


def send_due(*, now: datetime) -> int:
    """Send one batch of due deliveries over one connection; return how many were claimed, 0 when nothing is due or
    the valve is closed.

    Raises Unreachable, after giving the batch back, when no server takes mail: there is no point in going on.
    """
    outcomes.give_up_unanswered(now=now)
    if not valve.is_open(now=now):
        return 0
    token, keys = outcomes.claim_due(now=now, limit=BATCH)
    mailer = Mailer(get_connection())
    try:
        with read_once():
            _send_batch(keys, token=token, mailer=mailer, now=now)
    except Unreachable as error:
        retry_at = timezone.now() + timedelta(seconds=random.uniform(*SERVER_AWAY_SECONDS))
        outcomes.give_back(token=token, retry_at=retry_at, reason="No mail server answers", error=str(error))
        raise
    finally:
        mailer.close()
    return len(keys)


def _send_batch(keys: Sequence[int], *, token: uuid.UUID, mailer: Mailer, now: datetime) -> None:
    for key in keys:
        if timezone.now() - now > TIME_FOR_BATCH:
            outcomes.give_back(token=token, retry_at=now)
            return
        _send_one(key, token=token, mailer=mailer)


def _send_one(key: int, *, token: uuid.UUID, mailer: Mailer) -> None:
    mailer.open()  # before the delivery is marked as being sent: a server that is away makes nothing uncertain
    outgoing = outcomes.start(key, token=token, now=timezone.now())
    if outgoing is None:
        return
    delivery = outgoing.delivery
    try:
        mailer.send(mail_of(outgoing))
    except Unanswered:
        reason = "The connection died before the server's answer"
        outcomes.finish(delivery, state=DeliveryState.UNCERTAIN, reason=reason, now=timezone.now())
    except RefusedForGood as error:
        outcomes.refused(delivery, answer=str(error), is_bad_address=error.is_bad_address, now=timezone.now())
    except RefusedForNow as error:
        outcomes.retry(delivery, error=str(error), now=timezone.now())
    except ValueError as error:  # Django refuses an address or header that cannot be written
        outcomes.refused(delivery, answer=f"Not a mail: {error}", is_bad_address=False, now=timezone.now())
    else:
        outcomes.finish(delivery, state=DeliveryState.SENT, reason="", now=timezone.now())


def mail_of(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Return the mail of a delivery whose words are filled in, with the customer's keys (RFC 8058 for the second)."""
    delivery = outgoing.delivery
    headers = {
        "Message-ID": delivery.message_id,
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{settings.BASE_URL}/u/{outgoing.unsubscribe_key}/>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    in_reply_to = delivery.fact.payload.get("in_reply_to")
    if in_reply_to:
        headers |= {"In-Reply-To": in_reply_to, "References": in_reply_to}
    replies = reply_address(delivery.pk)
    text, html = delivery.body_text, delivery.body_html
    for ref, key in outgoing.order_keys.items():
        hidden, page = hidden_link(ref), f"{settings.BASE_URL}/o/{key}/"
        text, html = text.replace(hidden, page), html.replace(conditional_escape(hidden), page)
    mail = EmailMultiAlternatives(
        delivery.subject_line,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [delivery.recipient],
        headers=headers,
        reply_to=[replies] if replies else None,
    )
    mail.attach_alternative(html, "text/html")
    return mail
