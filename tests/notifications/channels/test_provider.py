"""Mail by a provider's API, and what the provider reports later. Postmark stands for all that django-anymail knows."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from kernel.errors import Conflict
from notifications.channels.answers import Unreachable
from notifications.delivering.announcing import announce
from notifications.delivering.sending import send_due
from notifications.delivering.trying_out import send_test
from notifications.integrity import fact_counts, message_drift
from notifications.models import Delivery, Fact, Gateway, Suppression
from notifications.texts.rendering import Mail
from tests.factories.messages import make_fact
from tests.notifications.smtp_server import LOOPBACK

pytestmark = pytest.mark.django_db

SECRET = "provider:sesame"
HOOK = "/inbound/mail-events/"
TAKEN = {"ErrorCode": 0, "Message": "OK", "MessageID": "pm-1", "SubmittedAt": "2026-11-20T10:00:00Z"}


class Api:
    """The provider's answer, changeable between mails; a status of None hangs up instead."""

    def __init__(self) -> None:
        self.status: int | None = 200
        self.answer: dict[str, Any] = TAKEN
        self.posted: list[dict[str, Any]] = []


@pytest.fixture
def api(settings: Settings) -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            api.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if api.status is None:
                self.connection.close()
                return
            body = json.dumps({**api.answer, "To": api.posted[-1]["To"]}).encode()
            self.send_response(api.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.EMAIL_PROVIDER, settings.EMAIL_HOOK_SECRET = "postmark", SECRET
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "token",
        "POSTMARK_API_URL": f"http://{LOOPBACK}:{server.server_port}/",
        "WEBHOOK_SECRET": SECRET,
        "IGNORE_UNSUPPORTED_FEATURES": True,
        "REQUESTS_TIMEOUT": (2, 2),
    }
    yield api
    server.shutdown()
    server.server_close()


def news() -> Delivery:
    fact = make_fact(now=timezone.now() - timedelta(minutes=2))
    fact.payload["customer"]["phone"], fact.state = "+447700900123", "dispatched"
    fact.save()
    announce([fact])
    return Delivery.objects.get(fact=fact)


def send() -> int:
    return send_due(now=timezone.now())


def report(kind: str, delivery: Delivery, *, secret: str = SECRET, **fields: Any) -> int:
    """Post what the provider reports of a mail; return the status it is answered with."""
    body = {
        "RecordType": kind,
        "ID": 7,
        "MessageID": "pm-1",
        "Email": delivery.recipient,
        "Recipient": delivery.recipient,
        "DeliveredAt": timezone.now().isoformat(),
        "BouncedAt": timezone.now().isoformat(),
        "Metadata": {"delivery": str(delivery.pk)},
        **fields,
    }
    proof = base64.b64encode(secret.encode()).decode()
    headers = {"Authorization": f"Basic {proof}"}
    return Client().post(HOOK, body, content_type="application/json", headers=headers).status_code


def test_a_mail_by_api_is_sent_with_our_number_and_keeps_the_provider_s(api: Api) -> None:
    delivery = news()

    send()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.provider_id) == ("sent", "pm-1")
    assert api.posted[0]["Metadata"] == {"delivery": str(delivery.pk)}
    assert "List-Unsubscribe" in {header["Name"] for header in api.posted[0]["Headers"]}


@pytest.mark.parametrize(
    ("status", "answer", "state"),
    [
        (422, {"ErrorCode": 300, "Message": "Invalid 'To' address"}, "failed"),
        (422, {"ErrorCode": 701, "Message": "Something else"}, "failed"),
        (429, {}, "pending"),
        (500, {}, "pending"),
        (502, {}, "uncertain"),
        (None, {}, "uncertain"),
    ],
)
def test_each_answer_of_a_provider_has_its_state(
    api: Api, status: int | None, answer: dict[str, Any], state: str
) -> None:
    delivery = news()
    api.status, api.answer = status, answer

    send()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (state, 1)


def test_a_provider_that_does_not_know_us_gives_the_batch_back(api: Api) -> None:
    news(), news()
    api.status, api.answer = 401, {"ErrorCode": 10, "Message": "Bad token"}

    with pytest.raises(Unreachable):
        send()

    assert set(Delivery.objects.values_list("state", "attempts", "lease_token")) == {("pending", 0, None)}


def test_a_mail_that_arrives_is_marked_and_one_in_doubt_is_known_to_be_sent(api: Api) -> None:
    sure, unsure = news(), news()
    send()
    Delivery.objects.filter(pk=unsure.pk).update(state="uncertain", sent_at=None, provider_id="")
    Fact.objects.filter(dedupe_key=f"sent:{unsure.pk}").delete()

    assert report("Delivery", sure) == report("Delivery", unsure) == report("Delivery", unsure) == 200

    for delivery in (sure, unsure):
        delivery.refresh_from_db()
        assert (delivery.state, delivery.arrived_at is not None) == ("sent", True)
    assert Fact.objects.filter(kind="notifications.sent").count() == 2


def test_a_bounce_closes_the_address_and_goes_by_the_next_channel_once(api: Api, settings: Settings) -> None:
    settings.GATEWAYS = {"sms": "json://127.0.0.1:9/{to}"}
    Gateway.objects.create(channel="sms", is_fallback=True)
    delivery = news()
    send()

    for _ in range(2):
        assert report("Bounce", delivery, Type="HardBounce", TypeCode=1, Description="No such user") == 200

    assert list(Delivery.objects.order_by("pk").values_list("channel", "state", "is_lead")) == [
        ("email", "failed", False),
        ("sms", "pending", True),
    ]
    assert Suppression.objects.get().reason.startswith("bounced")
    assert fact_counts()["facts"] == fact_counts()["pending"] == 1
    assert message_drift() == []


def test_a_complaint_closes_the_address_and_leaves_what_was_sent(api: Api) -> None:
    delivery = news()
    send()

    assert report("SpamComplaint", delivery, Type="SpamComplaint", TypeCode=512) == 200

    delivery.refresh_from_db()
    assert delivery.state == "sent"
    assert Suppression.objects.get().reason == "complained"


def test_nobody_reports_without_the_secret(api: Api, settings: Settings) -> None:
    delivery = news()
    send()

    assert report("Bounce", delivery, secret="provider:guess", Type="HardBounce", TypeCode=1) == 403
    assert Client().post(HOOK, "nonsense", content_type="text/plain").status_code == 403
    settings.EMAIL_HOOK_SECRET = ""
    assert report("Bounce", delivery, Type="HardBounce", TypeCode=1) == 404
    settings.EMAIL_HOOK_SECRET, settings.EMAIL_PROVIDER = SECRET, ""
    assert report("Bounce", delivery, Type="HardBounce", TypeCode=1) == 404
    assert not Suppression.objects.exists()


def test_what_is_no_report_is_refused(api: Api) -> None:
    proof = {"Authorization": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}

    answer = Client().post(HOOK, "nonsense", content_type="application/json", headers=proof)

    assert answer.status_code == 400


def test_a_test_mail_goes_by_the_provider_too_and_its_refusal_is_said(api: Api) -> None:
    mail = Mail("New date", "Friday", "<p>Friday</p>")

    send_test(mail, to="me@example.com")
    api.status, api.answer = 422, {"ErrorCode": 300, "Message": "Invalid 'To' address"}
    with pytest.raises(Conflict, match="did not take it"):
        send_test(mail, to="me@example.com")

    assert [posted["Subject"] for posted in api.posted] == ["[Test] New date"] * 2
