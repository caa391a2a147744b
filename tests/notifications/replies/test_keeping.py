"""Which message a mail answers, and that it is kept once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from notifications.delivering.announcing import announce
from notifications.delivering.preparing import message_id
from notifications.models import Delivery, Reply
from notifications.replies.addresses import delivery_named, reply_address
from notifications.replies.keeping import keep_reply
from tests.factories.messages import make_fact
from tests.notifications.replies.mails import mail

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _mailbox(settings: Settings) -> None:
    settings.REPLIES_EMAIL = "replies@backlog.example"


@pytest.fixture
def delivery(settings: Settings) -> Delivery:
    announce([make_fact("orders.eta_slipped")])
    row = Delivery.objects.get()
    row.message_id = message_id(row)
    row.save()
    return row


def keep(written: EmailMessage) -> Reply:
    keep_reply(written.as_bytes(), now=timezone.now())
    return Reply.objects.latest("pk")


def test_the_address_names_the_message_whatever_its_case() -> None:
    address = reply_address(1742)

    assert address.startswith("replies+1742.")
    assert delivery_named(f"Backlog <{address.upper()}>") == 1742
    assert delivery_named(address.replace("1742", "1743")) is None
    assert delivery_named("replies+1742.aaaaaaaaaaaaaaaa@backlog.example") is None
    assert delivery_named("replies@backlog.example") is None


def test_no_mailbox_no_address(settings: Settings) -> None:
    settings.REPLIES_EMAIL = ""

    assert reply_address(1742) == ""


def test_a_mail_to_the_signed_address_is_put_with_its_order(delivery: Delivery) -> None:
    reply = keep(mail(to=reply_address(delivery.pk), sender=delivery.recipient))

    assert (reply.delivery, reply.order_ref, reply.customer_name) == (
        delivery,
        delivery.order_ref,
        delivery.customer_name,
    )
    assert (reply.state, reply.is_from_recipient, reply.own_words) == ("waiting", True, "Please cancel the lamps.")


def test_a_colleague_of_the_customer_may_answer_and_is_shown_as_another(delivery: Delivery) -> None:
    reply = keep(mail(to=reply_address(delivery.pk), sender="boss@example.com"))

    assert (reply.order_ref, reply.is_from_recipient) == (delivery.order_ref, False)


def test_a_message_id_counts_from_the_address_that_we_wrote_to_only(delivery: Delivery) -> None:
    theirs = keep(mail(sender=delivery.recipient, In_Reply_To=delivery.message_id))
    strange = keep(mail(sender="x@evil.example", message_id="<2@x>", In_Reply_To=delivery.message_id))

    assert theirs.order_ref == delivery.order_ref
    assert (strange.order_ref, strange.delivery, strange.state) == ("", None, "waiting")


def test_an_absence_note_waits_for_nobody(delivery: Delivery) -> None:
    assert keep(mail(to=reply_address(delivery.pk), Auto_Submitted="auto-replied")).state == "done"


def test_a_mail_is_kept_once_however_many_bring_it(delivery: Delivery) -> None:
    raw = mail(to=reply_address(delivery.pk)).as_bytes()

    def bring(_: int) -> None:
        try:
            keep_reply(raw, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(bring, range(8)))

    assert Reply.objects.count() == 1
    assert not keep_reply(raw, now=timezone.now())
