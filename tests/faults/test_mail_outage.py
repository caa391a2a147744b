"""A mail server that is away while the plan moves on."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from time_machine import travel

from notifications.dispatching import dispatch_pending
from notifications.integrity import delivery_counts, fact_counts, message_drift
from notifications.models import Delivery, Fact
from notifications.tasks import send_due_deliveries
from tests.factories.messages import make_payload
from tests.notifications.smtp_server import Script, free_port, parts_of

DOWN_AT = datetime.fromisoformat("2026-11-20T10:00:00+00:00")
ORDERS, DRAINED_SECONDS = 5000, 600


def slipped(eta_on: str, now: datetime) -> None:
    """Record a new date of each of the 5,000 orders, each of a customer of its own, and hand it on."""
    facts = [
        Fact(
            kind="orders.eta_slipped",
            subject=f"order:{number}:promise",
            dedupe_key=f"{number}:{eta_on}",
            payload=make_payload(number, eta_on=eta_on, told_on="2026-11-25", promised_on="2026-11-25"),
            occurred_at=now,
            not_before=now,
        )
        for number in range(1, ORDERS + 1)
    ]
    Fact.objects.bulk_create(facts, batch_size=1000)
    while dispatch_pending(now=now):
        pass


# Committed: of rows that no other transaction sees, the planner of queries may believe that there are none.
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(900)
def test_after_two_hours_without_a_server_each_customer_gets_the_newest_date_once_within_ten_minutes(
    server: Script, settings: Settings
) -> None:
    settings.STORM_MESSAGES = 100_000
    good, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    with travel(DOWN_AT, tick=True) as clock:
        for minutes, eta_on in ((0, "2026-12-01"), (40, "2026-12-03"), (80, "2026-12-07")):
            clock.move_to(DOWN_AT + timedelta(minutes=minutes))
            slipped(eta_on, timezone.now())
            for _ in range(3):
                clock.shift(600)
                send_due_deliveries()  # logs that nobody answers
        assert delivery_counts()["pending"] == Delivery.objects.filter(attempts=0).count() == 3 * ORDERS
        settings.EMAIL_PORT = good
        with connection.cursor() as cursor:  # as autovacuum does in two hours
            cursor.execute("ANALYZE notifications_fact, notifications_delivery")

        clock.move_to(DOWN_AT + timedelta(hours=2))
        started = time.perf_counter()
        while delivery_counts()["pending"]:
            assert time.perf_counter() - started < DRAINED_SECONDS
            send_due_deliveries()
        seconds = time.perf_counter() - started

    print(f"\n{3 * ORDERS:,} facts of two hours without a mail server: {len(server.mails):,} mails in {seconds:.0f} s")
    told = Counter(mail["To"] for mail in server.mails)
    assert (len(server.mails), len(told), set(told.values())) == (ORDERS, ORDERS, {1})
    assert all("7 December" in mail["Subject"] for mail in server.mails)
    assert not any(re.search("[ (][13] December", parts_of(mail)[0]) for mail in server.mails)
    counts = delivery_counts()
    assert (counts["sent"], counts["superseded"], counts["pending"]) == (ORDERS, 2 * ORDERS, 0)
    assert (fact_counts()["facts"], message_drift()) == (3 * ORDERS, [])
