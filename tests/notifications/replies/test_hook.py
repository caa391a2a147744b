"""The door for pushed mails."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from notifications.models import Reply
from tests.notifications.replies.mails import mail

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
