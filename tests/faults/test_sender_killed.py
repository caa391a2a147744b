"""A sender that is really killed, at each statement and at each word to and from the mail server."""

from __future__ import annotations

import os
import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils import timezone

from notifications.delivering import outcomes
from notifications.delivering.announcing import announce
from notifications.delivering.sending import send_due
from notifications.integrity import message_drift
from notifications.models import Delivery, DeliveryState, Fact
from tests.factories import number
from tests.factories.messages import make_fact
from tests.notifications.smtp_server import Script

KILLED, ENDED, FAILED = 9, 0, 1
CUSTOMERS = (1, 2, 1)  # with how many orders each; the news of two travels in one mail


def waiting_news() -> list[int]:
    """Announce news of four orders of three customers, due now; return its deliveries."""
    facts = []
    for orders in CUSTOMERS:
        email = f"killed{number()}@example.com"
        for _ in range(orders):
            facts.append(make_fact(now=timezone.now() - timedelta(minutes=2), email=email))
            facts[-1].payload["customer"]["code"], facts[-1].state = email, "dispatched"
    Fact.objects.bulk_update(facts, ["payload", "state"])
    announce(facts)
    return list(Delivery.objects.filter(fact__in=facts).values_list("pk", flat=True))


def is_killed_at(step: int) -> bool:
    """Send in a process that is killed when it is about to take the given step; tell whether it came so far."""
    connection.close()  # a child would share it
    child = os.fork()
    if not child:
        _send_until(step)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (KILLED, ENDED)
    return code == KILLED


def _send_until(last: int) -> None:
    """Send and be gone at a step, without a word to anybody and nothing tidied up; never returns."""
    steps = 0

    def counted(do: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == last:
                os._exit(KILLED)
            return do(*args)

        return step

    try:
        for word in ("send", "getreply"):
            patch.object(smtplib.SMTP, word, counted(getattr(smtplib.SMTP, word))).start()
        with connection.execute_wrapper(counted(lambda execute, *statement: execute(*statement))):
            send_due(now=timezone.now())
        os._exit(ENDED)
    finally:
        os._exit(FAILED)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", [1, 2, 3])
def test_a_sender_killed_at_any_step_loses_nothing_and_doubles_nothing(server: Script, first: int) -> None:
    """Every third step each, so that three tests see all of them."""
    step, in_doubt, sent = first, 0, 0
    news = waiting_news()
    while is_killed_at(step):
        later = timezone.now() + outcomes.LEASE + timedelta(seconds=1)
        while send_due(now=later):
            pass
        assert send_due(now=later + timedelta(days=2)) == 0, "nothing is tried again"

        rows = list(Delivery.objects.filter(pk__in=news).values_list("state", "message_id"))
        doubted = {message for state, message in rows if state == DeliveryState.UNCERTAIN}
        assert {state for state, _ in rows} <= {DeliveryState.SENT, DeliveryState.UNCERTAIN}
        assert len(rows) == sum(CUSTOMERS), "none lost"
        assert len(doubted) <= 1, "only the mail that was being handed over is in doubt"
        assert doubted.isdisjoint({message for state, message in rows if state == DeliveryState.SENT})
        in_doubt, sent = in_doubt + len(doubted), sent + len(CUSTOMERS) - len(doubted)
        step, news = step + 3, waiting_news()

    told = set(Delivery.objects.filter(state="sent").values_list("message_id", flat=True))
    assert len(server.message_ids) == len(set(server.message_ids)), "a mail went out twice"
    assert told <= set(server.message_ids), "what is said to be sent was sent"
    assert step > 50, "statements and words of three mails"
    assert Fact.objects.filter(kind="notifications.sent").count() == Delivery.objects.filter(state="sent").count()
    assert message_drift() == []
    print(f"\nkilled {step // 3} times: {sent} mails sent, {in_doubt} in doubt, none twice, none lost")
