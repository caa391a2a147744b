"""A mail server that is away while the plan moves on, and a sender that dies at any of its statements."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from time_machine import travel

from notifications.delivering import outcomes
from notifications.delivering.announcing import announce
from notifications.delivering.sending import send_due
from notifications.integrity import delivery_counts, fact_counts, message_drift
from notifications.models import Delivery, Fact
from notifications.tasks import send_due_deliveries
from tests.factories.messages import make_fact, make_payload
from tests.notifications.smtp_server import Script, free_port

DOWN_AT = datetime.fromisoformat("2026-11-20T10:00:00+00:00")
ORDERS = 5000


class Killed(BaseException):
    """The process is gone: nothing of it goes on."""


def slipped(eta_on: str, now: datetime) -> None:
    """Announce a new date of each of the 5,000 orders, each of a customer of its own."""
    facts = [
        Fact(
            kind="orders.eta_slipped",
            subject=f"order:{number}:promise",
            dedupe_key=f"{number}:{eta_on}",
            payload=make_payload(number, eta_on=eta_on, told_on="2026-11-25", promised_on="2026-11-25"),
            occurred_at=now,
            not_before=now,
            state="dispatched",
        )
        for number in range(1, ORDERS + 1)
    ]
    Fact.objects.bulk_create(facts, batch_size=1000)
    announce(facts)


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_after_two_hours_without_a_server_each_customer_gets_the_newest_date_once(
    server: Script, settings: Settings
) -> None:
    settings.STORM_MESSAGES = 100_000
    good, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    with travel(DOWN_AT, tick=False) as clock:
        for minutes, eta_on in ((0, "2026-12-01"), (40, "2026-12-03"), (80, "2026-12-07")):
            clock.move_to(DOWN_AT + timedelta(minutes=minutes))
            slipped(eta_on, timezone.now())
            clock.shift(60)
            send_due_deliveries()
        assert delivery_counts()["pending"] + delivery_counts()["superseded"] == 3 * ORDERS
        settings.EMAIL_PORT = good

        clock.move_to(DOWN_AT + timedelta(hours=2))
        rounds = 0
        while send_due(now=timezone.now()):
            rounds += 1
            clock.shift(1)
        took = timezone.now() - DOWN_AT - timedelta(hours=2)

    told = Counter(mail["To"] for mail in server.mails)
    assert (len(server.mails), len(told), set(told.values())) == (ORDERS, ORDERS, {1})
    assert all("7 December" in mail["Subject"] for mail in server.mails)
    assert took < timedelta(minutes=10)
    counts = delivery_counts()
    assert (counts["sent"], counts["superseded"], counts["pending"]) == (ORDERS, 2 * ORDERS, 0)
    assert (fact_counts()["facts"], message_drift()) == (3 * ORDERS, [])


@pytest.fixture
def five_waiting() -> list[Delivery]:
    facts = [make_fact(now=timezone.now() - timedelta(minutes=2)) for _ in range(5)]
    announce(facts)
    return list(Delivery.objects.order_by("pk"))


def send_and_die_at(statement: int) -> bool:
    """Send, but die when the given statement is about to run; return whether that came."""
    count = 0

    def die(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        if count == statement:
            connection.connection.close()  # as the server sees it: the transaction is rolled back
            raise Killed
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(die):
            send_due(now=timezone.now())
    except Killed:
        return True
    finally:
        connection.close()
    return False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.usefixtures("five_waiting")
def test_a_sender_that_dies_at_any_statement_loses_nothing_and_doubles_nothing(server: Script, before: int) -> None:
    """Every second statement each, so that two tests see all of them."""
    statement, deaths = 1 + before, 0
    while send_and_die_at(statement):
        deaths += 1
        _resume_and_check(server)
        _begin_anew(server)
        statement += 2

    assert deaths > 10


def _resume_and_check(server: Script) -> None:
    later = timezone.now() + outcomes.LEASE + timedelta(seconds=1)
    while send_due(now=later):
        pass
    send_due(now=later + timedelta(days=2))
    counts = delivery_counts()
    assert counts["sent"] + counts["uncertain"] == 5, counts
    assert counts["uncertain"] <= 1, "more than one mail in doubt"
    assert len(server.mails) == len(set(server.message_ids)), "a mail went out twice"
    assert counts["sent"] <= len(server.mails) <= 5
    sent_facts = Fact.objects.filter(kind="notifications.sent").count()
    assert sent_facts == counts["sent"]
    assert message_drift() == []


def _begin_anew(server: Script) -> None:
    server.mails.clear()
    Fact.objects.filter(kind="notifications.sent").delete()
    Delivery.objects.update(
        state="pending", attempts=0, sent_at=None, lease_token=None, lease_until=None, message_id="", sent_with=None
    )
