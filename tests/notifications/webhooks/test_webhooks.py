"""Webhooks: signed, to the open internet only, tried again with the same id, stopped when they are gone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks.webhooks import Webhook as Signer
from standardwebhooks.webhooks import WebhookVerificationError

from kernel.errors import Invalid
from notifications.dispatching import dispatch_pending
from notifications.models import Fact, Webhook, WebhookDelivery
from notifications.webhooks import queueing
from notifications.webhooks.addresses import check_url, find_target
from notifications.webhooks.registering import change_webhook, make_webhook
from tests.factories.messages import make_fact
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db


@dataclass
class Receiver:
    """A system that takes webhooks: it keeps what came and answers ``status`` with ``headers``."""

    port: int = 0
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[dict[str, str], str]] = field(default_factory=list)


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_MAY_STAY_INSIDE = True
    script = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            script.taken.append((dict(self.headers), body))
            self.send_response(script.status)
            for name, value in {"Content-Length": "0", **script.headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield script
    server.shutdown()
    server.server_close()


def hook(receiver: Receiver, *events: str) -> Webhook:
    url = f"http://127.0.0.1:{receiver.port}/hooks?from=backlog"
    return make_webhook(url=url, events=events, actor=make_user("admin"), now=timezone.now())


@pytest.fixture(autouse=True)
def _in_a_transaction(transactional_db: None) -> None:
    """Verbs own their commit."""


def run(now: datetime | None = None) -> None:
    while dispatch_pending(now=timezone.now()):
        pass
    queueing.send_due(now=now or timezone.now())


def test_a_fact_is_posted_once_signed_and_without_contact_data(receiver: Receiver) -> None:
    webhook = hook(receiver)
    make_fact("orders.eta_slipped")

    run()
    run()

    [(headers, body)] = receiver.taken
    said = Signer(webhook.secret).verify(body, {name.lower(): value for name, value in headers.items()})
    assert said["type"] == "promise.changed"
    assert said["data"]["eta_on"] == "2026-11-28"
    assert said["data"]["customer"].keys() == {"code", "name"}
    assert "@" not in body
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.answer) == ("sent", "204 No Content")


def test_another_secret_does_not_verify(receiver: Receiver) -> None:
    hook(receiver)
    make_fact("orders.shipped")
    run()
    headers, body = receiver.taken[0]

    with pytest.raises(WebhookVerificationError):
        Signer("whsec_" + "A" * 43 + "=").verify(body, {name.lower(): value for name, value in headers.items()})


def test_a_webhook_hears_what_it_asked_for(receiver: Receiver) -> None:
    hook(receiver, "order.shipped")
    make_fact("orders.eta_slipped")
    make_fact("orders.shipped")
    make_fact("orders.eta_restored")

    run()

    assert [json.loads(body)["type"] for _, body in receiver.taken] == ["order.shipped"]


@pytest.mark.parametrize("status", [500, 301, 429, 404])
def test_what_is_not_taken_is_tried_again_with_the_same_id_and_at_last_given_up(
    receiver: Receiver, status: int
) -> None:
    receiver.status, receiver.headers = status, {"Location": "http://127.0.0.1:1/"}
    hook(receiver)
    make_fact("orders.shipped")
    now = timezone.now()
    for attempt in range(len(queueing.WAITS) + 2):
        run(now + attempt * timedelta(days=1))

    assert len({headers["webhook-id"] for headers, _ in receiver.taken}) == 1
    assert len(receiver.taken) == len(queueing.WAITS) + 1
    assert WebhookDelivery.objects.get().state == "failed"


def test_a_receiver_that_asks_for_time_gets_it(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": "600"}
    hook(receiver)
    make_fact("orders.shipped")
    now = timezone.now()
    run(now)

    run(now + timedelta(seconds=500))

    assert len(receiver.taken) == 1


def test_a_receiver_that_is_gone_is_not_asked_again(receiver: Receiver) -> None:
    receiver.status = 410
    webhook = hook(receiver)
    make_fact("orders.shipped")
    run()
    make_fact("orders.shipped")
    run()

    webhook.refresh_from_db()
    assert (len(receiver.taken), webhook.is_active) == (1, False)
    assert "gone" in webhook.stopped_because


def test_nobody_there_is_no_error_of_ours(settings: Settings) -> None:
    settings.WEBHOOKS_MAY_STAY_INSIDE = True
    make_webhook(url="http://127.0.0.1:9/", actor=make_user("admin"), now=timezone.now())
    make_fact("orders.shipped")

    run()

    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.answer.startswith("No answer")) == ("pending", True)
    assert Fact.objects.get().state == "dispatched"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://10.0.0.5/hooks",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://0.0.0.0/",
        "https://user:secret@example.com/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "ftp://example.com/",
        "https:///x",
        "https://exa mple.com/",
        "https://example.com/\0",
        "",
    ],
)
def test_an_address_inside_or_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_url(url)

    assert "url" in refusal.value.fields


def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("192.168.0.7", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_kwargs: answers)

    with pytest.raises(OSError, match="inside a network"):
        find_target("https://rebound.example/")


def test_a_stopped_webhook_waits_and_goes_on(receiver: Receiver) -> None:
    webhook = hook(receiver)
    make_fact("orders.shipped")
    change_webhook(webhook.pk, is_active=False, actor=make_user("admin"))
    run()
    assert receiver.taken == []

    change_webhook(webhook.pk, is_active=True, events=["order.received"], actor=make_user("admin"))
    make_fact("orders.taken_in")
    run()

    assert len(receiver.taken) == 1
