"""Fetching over IMAP, from a real socket."""

from __future__ import annotations

import imaplib

import pytest
from django.utils import timezone
from imap_tools import ImapToolsError
from pytest_django import Settings

from notifications.models import Reply
from notifications.replies import mailbox as fetching
from notifications.replies.mailbox import fetch_replies
from notifications.tasks import fetch_mailbox
from tests.notifications.replies.imap_server import Mailbox, serving
from tests.notifications.replies.mails import mail

pytestmark = pytest.mark.django_db(transaction=True)


def mails(count: int) -> dict[int, bytes]:
    return {uid: mail(f"Number {uid}", message_id=f"<{uid}@mail.example>").as_bytes() for uid in range(1, count + 1)}


def url_of(box: Mailbox, password: str = "secret") -> str:
    return f"imap://shop%40example.com:{password}@127.0.0.1:{box.port}/INBOX"


def test_unseen_mails_are_kept_and_marked() -> None:
    with serving(Mailbox(mails(3), seen={2})) as box:
        assert fetch_replies(url_of(box), timezone.now) == 2
        assert fetch_replies(url_of(box), timezone.now) == 0

    assert sorted(Reply.objects.values_list("own_words", flat=True)) == ["Number 1", "Number 3"]
    assert box.seen == {1, 2, 3}


def test_a_mail_that_was_kept_but_not_marked_is_known_the_next_time() -> None:
    with serving(Mailbox(mails(1))) as box:
        fetch_replies(url_of(box), timezone.now)
        box.seen.clear()
        assert fetch_replies(url_of(box), timezone.now) == 1

    assert Reply.objects.count() == 1


def test_a_full_mailbox_is_emptied_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "BATCH", 2)
    with serving(Mailbox(mails(5))) as box:
        assert [fetch_replies(url_of(box), timezone.now) for _ in range(4)] == [2, 2, 1, 0]


def test_a_mailbox_that_cannot_be_used_says_so_and_stops_nobody(settings: Settings) -> None:
    with serving(Mailbox(mails(1))) as box:
        with pytest.raises((ImapToolsError, imaplib.IMAP4.error)):
            fetch_replies(url_of(box, password="wrong"), timezone.now)
        settings.REPLIES_URL = url_of(box, password="wrong")
        fetch_mailbox()
    settings.REPLIES_URL = url_of(box)  # nobody listens any more
    fetch_mailbox()

    assert not Reply.objects.exists()
