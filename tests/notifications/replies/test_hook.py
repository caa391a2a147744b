"""The door for pushed mails."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from notifications.delivering.announcing import announce
from notifications.models import Delivery, Reply
from notifications.replies.keeping import keep_reply
from tests.factories.messages import make_fact
from tests.notifications.replies.mails import mail
from tests.notifications.smtp_server import Script

pytestmark = pytest.mark.django_db(transaction=True)


def push(client: Client, body: bytes, secret: str = "s3cret") -> int:
    headers = {"Authorization": f"Bearer {secret}"}
    return client.post("/inbound/mail/", body, content_type="message/rfc822", headers=headers).status_code


def test_a_mail_with_the_secret_is_kept_once(client: Client, settings: Settings) -> None:
    settings.REPLIES_HOOK_SECRET = "s3cret"
    raw = mail().as_bytes()

    assert (push(client, raw), push(client, raw)) == (201, 200)
    assert Reply.objects.count() == 1


def test_without_the_right_secret_nothing_is_kept(client: Client, settings: Settings) -> None:
    assert push(client, mail().as_bytes(), secret="") == 404
    settings.REPLIES_HOOK_SECRET = "s3cret"

    assert push(client, mail().as_bytes(), secret="other") == 401
    assert push(client, b" ") == 400
    assert client.get("/inbound/mail/").status_code == 405
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert push(client, mail("x" * 200).as_bytes()) == 413
    assert not Reply.objects.exists()


def test_the_command_plays_a_customer(server: Script, settings: Settings) -> None:
    settings.REPLIES_EMAIL = "replies@backlog.example"
    announce([make_fact("orders.eta_slipped", email="jo@example.com")])
    sent = Delivery.objects.get()
    with pytest.raises(CommandError, match="nothing to answer"):
        call_command("answer_as_customer", sent.order_ref, "When?")
    Delivery.objects.update(state="sent", sent_at=timezone.now(), message_id="<7.abc@backlog.example>")

    call_command("answer_as_customer", sent.order_ref, "When?")
    [written] = server.mails
    keep_reply(written.as_bytes(), now=timezone.now())

    reply = Reply.objects.get()
    assert (reply.order_ref, reply.own_words, reply.is_from_recipient) == (sent.order_ref, "When?", True)
