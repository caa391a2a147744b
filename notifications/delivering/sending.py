"""Send due deliveries: claim, ask whether the news still holds, hand over outside any transaction, record.

A delivery is ``sending`` from just before its message is handed over until the outcome is committed. When its worker
dies in between, nobody knows whether it was taken: its lease runs out and it becomes ``uncertain``, for a person to
decide about. It is never sent a second time by itself. The outcome of one message and the beginning of the next are one
commit, so at most one message of a worker is ever in doubt.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from kernel.kick import kick
from kernel.live import announce as announce_live
from kernel.transactions import in_one_transaction
from notifications.channels.answers import RefusedForGood, RefusedForNow, Unanswered, Unreachable
from notifications.channels.couriers import Courier, courier_of
from notifications.delivering import outcomes
from notifications.delivering.preparing import Outgoing, prepare
from notifications.models import Channel, DeliveryState
from notifications.outbox import DISPATCH_TASK
from notifications.rules import valve
from notifications.texts.words import read_once

BATCH = 100
TIME_FOR_BATCH = timedelta(seconds=20)  # a task that hits its time limit would leave its message uncertain
CARRIER_AWAY_SECONDS = (5, 15)
NOBODY_ANSWERS = {Channel.EMAIL: "No mail server answers"}


@dataclass(frozen=True, slots=True)
class Handed:
    """A message that was handed over or refused, and what is known of it: the carrier's name for it, or the error."""

    outgoing: Outgoing
    provider_id: str = ""
    error: RefusedForGood | RefusedForNow | Unanswered | Unreachable | None = None


def send_due(*, now: datetime, channel: str = Channel.EMAIL) -> int:
    """Send one batch of a channel's due deliveries over one connection; return how many were claimed, 0 when nothing is
    due or the valve is closed.

    Raises Unreachable, after giving the batch back, when nobody takes messages: there is no point in going on.
    """
    outcomes.give_up_unanswered(now=now)
    if not valve.is_open(now=now):
        return 0
    courier = courier_of(channel)
    if courier is None:
        return 0
    token, claimed = outcomes.claim_due(channel, now=now, limit=BATCH)
    if not claimed:
        return 0
    try:
        courier.open()
        with read_once():
            messages = prepare(token, now=timezone.now())
        _send_all(messages, token, courier, started=timezone.now())
    except Unreachable as error:
        retry_at = timezone.now() + timedelta(seconds=random.uniform(*CARRIER_AWAY_SECONDS))
        words = NOBODY_ANSWERS.get(Channel(channel), f"The {Channel(channel).label} gateway does not answer")
        outcomes.give_back(token=token, retry_at=retry_at, reason=words, error=str(error))
        raise
    finally:
        courier.close()
    return claimed


def _send_all(messages: Sequence[Outgoing], token: uuid.UUID, courier: Courier, *, started: datetime) -> None:
    handed: Handed | None = None
    for outgoing in messages:
        if timezone.now() - started > TIME_FOR_BATCH:
            break
        if not courier.is_open:  # opening may take long, and fail: first keep what is known
            in_one_transaction(partial(_record, handed, token))
            handed = None
            courier.open()
        may_go = in_one_transaction(partial(_record_and_begin, handed, outgoing, token))
        handed = _hand_over(outgoing, courier) if may_go else None
        if handed and isinstance(handed.error, Unreachable):
            in_one_transaction(partial(_record, handed, token))
            raise handed.error
    in_one_transaction(partial(_record, handed, token))
    outcomes.give_back(token=token, retry_at=started)
    refs = sorted({each.order_ref for outgoing in messages for each in outgoing.deliveries})
    announce_live("message", {"orders": refs})
    kick(DISPATCH_TASK)


def _hand_over(outgoing: Outgoing, courier: Courier) -> Handed:
    try:
        return Handed(outgoing, provider_id=courier.send(outgoing))
    except (Unanswered, RefusedForGood, RefusedForNow, Unreachable) as error:
        return Handed(outgoing, error=error)


def _record_and_begin(handed: Handed | None, outgoing: Outgoing, token: uuid.UUID) -> bool:
    _record(handed, token)
    return outcomes.begin(outgoing, token=token, now=timezone.now())


def _record(handed: Handed | None, token: uuid.UUID) -> None:
    if handed is None:
        return
    outgoing, now = handed.outgoing, timezone.now()
    match handed.error:
        case None:
            state = DeliveryState.SENT
            outcomes.finish(outgoing, state=state, provider_id=handed.provider_id, token=token, now=now)
        case Unanswered():
            reason = "The connection died before the server's answer"
            outcomes.finish(outgoing, state=DeliveryState.UNCERTAIN, reason=reason, token=token, now=now)
        case RefusedForGood() as error:
            outcomes.refused(outgoing, answer=str(error), is_bad_address=error.is_bad_address, token=token, now=now)
        case Unreachable():
            outcomes.not_handed_over(outgoing, token=token)
        case RefusedForNow() as error:
            outcomes.retry(outgoing, error=str(error), token=token, now=now)
