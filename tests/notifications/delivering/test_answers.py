"""Thirteen ways a mail server can answer: each ends in its state, for mails that carry the news of several orders."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from notifications.delivering.announcing import announce
from notifications.delivering.sending import send_due
from notifications.integrity import fact_counts, message_drift
from notifications.models import Delivery, Fact, Suppression
from notifications.tasks import send_due_deliveries
from tests.factories.messages import make_fact
from tests.notifications.smtp_server import LOOPBACK, Script, free_port

pytestmark = pytest.mark.django_db

ORDERS = 3


def three_orders_of_ann(email: str = "ann@example.com") -> None:
    """Announce news of three orders of one customer, due now: they make one mail."""
    facts = [make_fact(now=timezone.now() - timedelta(minutes=2), email=email) for _ in range(ORDERS)]
    for fact in facts:
        fact.payload["customer"]["code"], fact.state = email, "dispatched"
    Fact.objects.bulk_update(facts, ["payload", "state"])
    announce(facts)


def states() -> set[str]:
    return set(Delivery.objects.values_list("state", flat=True))


def send_later(script: Script) -> None:
    """Send again two days later, when the server takes everything."""
    script.rcpt, script.data = "250 OK", "250 OK"
    Delivery.objects.filter(state="pending").update(not_before=timezone.now() - timedelta(seconds=1))
    send_due(now=timezone.now())


@contextlib.contextmanager
def listener(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run ``serve`` on each connection to a port of its own; yield the port."""
    with socket.create_server((LOOPBACK, 0)) as server:
        server.settimeout(0.1)
        stopping = threading.Event()

        def accept() -> None:
            kept = []
            while not stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    connection, _ = server.accept()
                    kept.append(connection)
                    with contextlib.suppress(OSError):
                        serve(connection)
            for connection in kept:
                connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            stopping.set()
            thread.join(5)


def greet_and_cut(connection: socket.socket) -> None:
    connection.sendall(b"220 here I am\r\n")
    connection.close()


def say_nothing(connection: socket.socket) -> None:
    """A black hole: the connection is taken, nothing is ever said."""


def too_busy(connection: socket.socket) -> None:
    connection.sendall(b"421 too busy\r\n")
    connection.close()


def speak_no_tls(connection: socket.socket) -> None:
    """Offer STARTTLS, then answer the handshake with something else."""
    connection.sendall(b"220 here\r\n")
    connection.recv(1000)
    connection.sendall(b"250-here\r\n250 STARTTLS\r\n")
    connection.recv(1000)
    connection.sendall(b"220 go ahead\r\n")
    connection.recv(1000)
    connection.sendall(b"no handshake\r\n")
    connection.close()


@pytest.mark.parametrize("serve", [None, say_nothing, greet_and_cut, too_busy, speak_no_tls])
def test_a_server_that_cannot_be_used_costs_no_try_and_later_all_is_told_by_one_mail(
    server: Script, settings: Settings, serve: Callable[[socket.socket], None] | None
) -> None:
    """Refused, black hole, greeting and then cut, 421 as a greeting, bad TLS."""
    good = settings.EMAIL_PORT
    three_orders_of_ann()
    settings.EMAIL_TIMEOUT, settings.EMAIL_USE_TLS = 1, serve is speak_no_tls
    with listener(serve) if serve else contextlib.nullcontext(free_port()) as port:
        settings.EMAIL_PORT = port
        send_due_deliveries()  # logs that nobody answers

    waiting = set(Delivery.objects.values_list("state", "attempts", "lease_token", "state_reason"))
    assert waiting == {("pending", 0, None, "No mail server answers")}
    settings.EMAIL_PORT, settings.EMAIL_USE_TLS = good, False
    send_later(server)
    assert (states(), len(server.mails)) == ({"sent"}, 1)


@pytest.mark.parametrize("place", ["rcpt", "data"])
@pytest.mark.parametrize("answer", ["421 Closing", "450 Mailbox busy", "451 Local error", "452 Full"])
def test_a_refusal_for_now_is_tried_later_and_all_is_told_by_one_mail(server: Script, place: str, answer: str) -> None:
    three_orders_of_ann()
    setattr(server, place, answer)

    send_due(now=timezone.now())

    assert set(Delivery.objects.values_list("state", "attempts")) == {("pending", 1)}
    assert Delivery.objects.filter(not_before__gt=timezone.now() + timedelta(seconds=15)).count() == ORDERS
    assert Delivery.objects.filter(sent_with__isnull=False).count() == 0
    send_later(server)
    assert (states(), len(server.mails)) == ({"sent"}, 1)


@pytest.mark.parametrize(
    ("place", "answer", "closes"),
    [
        ("rcpt", "550 No such user", True),
        ("rcpt", "552 Mailbox full", False),
        ("rcpt", "554 Not here", True),
        ("data", "550 Rejected", False),
        ("data", "552 Too big", False),
        ("data", "554 Looks like spam", False),
    ],
)
def test_a_refusal_for_good_fails_all_that_the_mail_carries(
    server: Script, place: str, answer: str, closes: bool
) -> None:
    three_orders_of_ann()
    setattr(server, place, answer)

    send_due(now=timezone.now())
    send_later(server)

    assert (states(), server.mails) == ({"failed"}, [])
    assert Suppression.objects.exists() == closes
    counts = fact_counts()
    assert (counts["facts"], counts["failed"]) == (ORDERS, ORDERS)


def test_a_reset_after_the_250_leaves_nothing_in_doubt(server: Script) -> None:
    three_orders_of_ann("ann@example.com")
    three_orders_of_ann("bob@example.com")
    server.hang_up_after_answer = True

    send_due(now=timezone.now())

    assert (states(), len(server.mails)) == ({"sent"}, 2)


def test_a_reset_before_the_answer_leaves_all_that_the_mail_carries_uncertain_for_good(server: Script) -> None:
    three_orders_of_ann()
    server.data = None

    send_due(now=timezone.now())
    send_later(server)

    assert (states(), len(server.mails)) == ({"uncertain"}, 1)
    counts = fact_counts()
    assert (counts["facts"], counts["uncertain"]) == (ORDERS, ORDERS)
    assert message_drift() == []


def test_a_slow_server_is_waited_for_until_the_time_limit_and_then_in_doubt(
    server: Script, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_TIMEOUT = 1
    released = threading.Barrier(2)
    server.barrier = released
    three_orders_of_ann()

    send_due(now=timezone.now())

    with contextlib.suppress(threading.BrokenBarrierError):
        released.wait(5)  # now the server answers, to nobody
    assert states() == {"uncertain"}


def test_a_slow_server_that_answers_in_time_is_waited_for(server: Script, settings: Settings) -> None:
    settings.EMAIL_TIMEOUT = 20
    server.barrier = threading.Barrier(2)
    three_orders_of_ann()

    answered = threading.Timer(1, server.barrier.wait, [10])
    answered.start()
    send_due(now=timezone.now())

    answered.join()
    assert (states(), len(server.mails)) == ({"sent"}, 1)


def test_a_server_too_slow_to_take_the_recipient_leaves_nothing_in_doubt(
    server: Script, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_TIMEOUT = 1
    released = asyncio.Event()
    three_orders_of_ann()

    async def think(*_: Any) -> str:
        await released.wait()
        return "250 OK"

    monkeypatch.setattr(server, "handle_RCPT", think)
    send_due(now=timezone.now())

    assert set(Delivery.objects.values_list("state", "attempts")) == {("pending", 1)}
    monkeypatch.undo()
    send_later(server)
    assert (states(), len(server.mails)) == ({"sent"}, 1)


def test_one_refused_of_three_stops_nobody_else(server: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    for email in ("ann@example.com", "bob@example.com", "cy@example.com"):
        three_orders_of_ann(email)

    async def refuse_bob(_server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address.startswith("bob"):
            return "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    monkeypatch.setattr(server, "handle_RCPT", refuse_bob)
    send_due(now=timezone.now())

    by_address = dict(Delivery.objects.values_list("recipient", "state"))
    assert by_address == {"ann@example.com": "sent", "bob@example.com": "failed", "cy@example.com": "sent"}
    assert len(server.mails) == 2


def test_the_state_of_every_answer_adds_up(server: Script) -> None:
    three_orders_of_ann("ann@example.com")
    send_due(now=timezone.now())
    server.rcpt = "550 No such user"
    three_orders_of_ann("bob@example.com")
    send_due(now=timezone.now())
    server.rcpt = "450 Later"
    three_orders_of_ann("cy@example.com")
    send_due(now=timezone.now())

    counts = fact_counts()
    assert (counts.pop("facts"), counts.pop("unheard"), counts.pop("quarantined")) == (9, 0, 0)
    assert sum(counts.values()) == 9
    assert (counts["sent"], counts["failed"], counts["pending"]) == (3, 3, 3)
