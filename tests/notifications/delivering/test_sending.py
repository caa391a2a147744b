"""Deliveries over real SMTP, with a server that misbehaves as told."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.mail import get_connection
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from notifications.channels.answers import Unreachable
from notifications.channels.mail import mail_of
from notifications.channels.smtp_mailer import SmtpMailer
from notifications.delivering import outcomes
from notifications.delivering.preparing import Outgoing, prepare
from notifications.integrity import delivery_counts, message_drift
from notifications.models import Delivery, Fact, Suppression
from notifications.tasks import send_due_deliveries
from tests.notifications.sending import due, send
from tests.notifications.smtp_server import Script, free_port, parts_of

pytestmark = pytest.mark.django_db


def begun(now: datetime) -> tuple[Outgoing, uuid.UUID]:
    """Claim and begin the one message that is due, as a sender does; return it and the sender's token."""
    token, _ = outcomes.claim_due("email", now=now, limit=1)
    [outgoing] = prepare(token, now=now)
    assert outcomes.begin(outgoing, token=token, now=now)
    return outgoing, token


def again(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def test_a_mail_is_sent_as_text_and_html_with_the_new_date_first(server: Script) -> None:
    delivery = due()

    assert send() == 1

    [mail] = server.mails
    assert mail["To"] == delivery.recipient
    assert mail["Subject"] == f"New date for your order {delivery.order_ref}: Saturday 28 November"
    assert mail["Message-ID"] == again(delivery).message_id
    text, html = parts_of(mail)
    assert "on Saturday 28 November, instead of Saturday 21 November" in " ".join(text.split())
    assert "<h1" in html
    assert (again(delivery).state, again(delivery).sent_at is not None) == ("sent", True)


@pytest.mark.usefixtures("server")
def test_a_sent_mail_records_the_fact_that_the_customer_was_told() -> None:
    delivery = due()

    send()

    fact = Fact.objects.get(kind="notifications.sent")
    assert fact.payload["delivery_id"] == delivery.pk
    assert (fact.payload["fact_kind"], fact.payload["eta_on"]) == ("orders.eta_slipped", "2026-11-28")


def test_a_batch_goes_over_one_connection(server: Script) -> None:
    for _ in range(5):
        due()

    send()

    assert (len(server.mails), len(server.peers)) == (5, 1)


def test_a_message_is_held_before_it_is_sent(server: Script, settings: Settings) -> None:
    settings.MESSAGE_HOLD_SECONDS = 300
    due()

    assert send() == 0
    assert server.mails == []


@pytest.mark.parametrize("answer", ["421 Closing", "450 Mailbox busy", "451 Local error", "452 Full"])
def test_a_refusal_for_now_is_tried_again_later(server: Script, answer: str) -> None:
    delivery = due()
    server.rcpt = answer

    send()

    waiting = again(delivery)
    assert (waiting.state, waiting.attempts) == ("pending", 1)
    assert waiting.not_before > timezone.now() + timedelta(seconds=15)
    server.rcpt = "250 OK"
    send(waiting.not_before)
    assert (again(delivery).state, len(server.mails)) == ("sent", 1)


def test_a_server_that_refuses_for_now_again_and_again_fails_the_delivery(server: Script) -> None:
    delivery = due()
    Delivery.objects.update(attempts=outcomes.MAX_ATTEMPTS - 1)
    server.data = "451 Local error"

    send()

    assert again(delivery).state == "failed"
    assert "451 Local error" in again(delivery).state_reason


def test_an_address_that_does_not_exist_is_closed(server: Script) -> None:
    first = due(order_id=901, email="Gone@example.com")
    server.rcpt = "550 No such user"
    send()
    server.rcpt = "250 OK"
    second = due(order_id=902, email="gone@example.com")

    send()

    assert again(first).state == "failed"
    assert "550 No such user" in Suppression.objects.get().reason
    assert again(second).state == "suppressed"
    assert server.mails == []


def test_a_refused_content_fails_and_leaves_the_address_open(server: Script) -> None:
    delivery = due()
    server.data = "554 Looks like spam"

    send()

    assert again(delivery).state == "failed"
    assert not Suppression.objects.exists()


def test_one_refused_recipient_of_three_stops_nobody_else(server: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = due(), due(), due()

    async def refuse_second(_server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address == second.recipient:
            return "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    monkeypatch.setattr(server, "handle_RCPT", refuse_second)

    send()

    assert [again(delivery).state for delivery in (first, second, third)] == ["sent", "failed", "sent"]


def test_no_server_gives_the_batch_back_untried(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "notifications.channels.smtp_mailer.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    delivery = due()

    with pytest.raises(Unreachable):
        send()

    waiting = again(delivery)
    assert (waiting.state, waiting.attempts, waiting.lease_token) == ("pending", 0, None)
    assert waiting.state_reason == "No mail server answers"
    send_due_deliveries()  # the task itself only logs it


def test_a_server_that_hangs_up_after_each_mail_gets_the_next_over_a_new_connection(server: Script) -> None:
    server.hang_up_after_answer = True
    deliveries = [due(), due(), due()]

    send()

    assert [again(delivery).state for delivery in deliveries] == ["sent", "sent", "sent"]
    assert len(server.mails) == len(set(server.message_ids)) == 3


def test_a_connection_cut_before_the_answer_is_uncertain_and_never_sent_again(server: Script) -> None:
    delivery = due()
    server.data = None

    send()
    server.data = "250 OK"
    send(timezone.now() + timedelta(days=2))

    assert again(delivery).state == "uncertain"
    assert len(server.mails) == 1


def test_a_worker_that_dies_after_the_250_leaves_the_delivery_uncertain(server: Script) -> None:
    delivery = due()
    now = timezone.now()
    started, _ = begun(now)
    mailer = SmtpMailer(get_connection())
    mailer.open()
    mailer.send(mail_of(started))
    mailer.close()  # and here the worker is killed, before it could record the answer

    send(now + outcomes.LEASE + timedelta(seconds=1))

    assert again(delivery).state == "uncertain"
    assert len(server.mails) == 1


def test_a_worker_that_dies_before_it_starts_a_mail_loses_and_doubles_nothing(server: Script) -> None:
    delivery = due()
    outcomes.claim_due("email", now=timezone.now(), limit=1)

    assert send() == 0
    send(timezone.now() + outcomes.LEASE + timedelta(seconds=1))

    assert (again(delivery).state, len(server.mails)) == ("sent", 1)


def test_a_slow_worker_that_was_given_up_still_records_what_happened(server: Script) -> None:
    delivery = due()
    now = timezone.now()
    started, token = begun(now)
    outcomes.give_up_unanswered(now=now + outcomes.LEASE + timedelta(seconds=1))

    outcomes.finish(started, state=outcomes.DeliveryState.SENT, token=token, now=now)

    assert again(delivery).state == "sent"
    assert server.mails == []


@pytest.mark.usefixtures("server")
def test_an_address_that_cannot_be_written_fails_alone() -> None:
    bad, good = due(email="two\nlines@example.com"), due()

    send()

    assert [again(bad).state, again(good).state] == ["failed", "sent"]


def test_facts_are_the_sum_of_delivery_states(server: Script) -> None:
    due()
    due(email="")
    due(wants_email=False)
    due("orders.eta_restored", eta_on="2026-11-21")
    due(order_id=77, eta_on="2026-12-05")
    due(order_id=77, eta_on="2026-12-07")
    server.rcpt = "250 OK"

    send()

    counts = delivery_counts()
    assert counts == {
        "proposed": 0,
        "pending": 0,
        "sending": 0,
        "sent": 2,
        "superseded": 1,
        "suppressed": 3,
        "failed": 0,
        "uncertain": 0,
    }
    assert message_drift() == []
    assert not Delivery.objects.filter(state="suppressed", state_reason="").exists()


def _send_in_thread(barrier: Barrier) -> None:
    try:
        barrier.wait(10)
        while send():
            pass
    finally:
        connection.close()


def _send_unclaimed_in_thread(barrier: Barrier) -> None:
    """Send what is pending the naive way: read, send, mark."""
    try:
        pending = list(Delivery.objects.filter(state="pending").select_related("fact"))
        barrier.wait(10)
        mailer = SmtpMailer(get_connection())
        mailer.open()
        for delivery in pending:
            mailer.send(mail_of(Outgoing([delivery], {}, "")))
            Delivery.objects.filter(pk=delivery.pk).update(state="sent", sent_at=timezone.now())
        mailer.close()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_mail_once(server: Script) -> None:
    deliveries = [due() for _ in range(120)]
    barrier = Barrier(2)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_send_in_thread, [barrier, barrier]))

    assert len(server.mails) == len(set(server.message_ids)) == len(deliveries)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_without_claims_two_senders_send_mails_twice(server: Script) -> None:
    """The negative control: the test above can fail."""
    deliveries = [due() for _ in range(5)]
    barrier = Barrier(2)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_send_unclaimed_in_thread, [barrier, barrier]))

    assert len(server.mails) == 2 * len(deliveries)
