"""What we do about customers' replies."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from kernel.errors import Conflict, Invalid
from notifications.delivering.sending import send_due
from notifications.dispatching import dispatch_pending
from notifications.integrity import message_drift
from notifications.models import Delivery, DeliveryState, Fact, Reply, ReplyState, Suppression
from orders.dialogue.conversation import answer_reply, attach_reply, lay_aside, take_up, withdraw_answer
from orders.models import Customer, EtaRevision, Order, OrderPromise
from tests.factories.inventory import make_product
from tests.factories.messages import make_reply
from tests.factories.orders import make_customer, make_order, make_user
from tests.notifications.smtp_server import Script, parts_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order() -> Order:
    return make_order([(make_product(), 2)], customer=make_customer(email="jo@example.com", wants_email=False))


def handed_on() -> Delivery:
    """Dispatch what was recorded and make its message due."""
    dispatch_pending(now=timezone.now())
    Delivery.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    return Delivery.objects.latest("pk")


def test_an_answer_goes_to_whoever_wrote_in_the_same_thread_once(order: Order, server: Script) -> None:
    reply, agent = make_reply(order), make_user("agent")

    answer_reply(reply.pk, answer="On Friday.\nPromised.", actor=agent, now=timezone.now())
    handed_on()
    assert send_due(now=timezone.now()) == 1
    assert send_due(now=timezone.now()) == 0

    [mail] = server.mails
    assert (mail["To"], mail["In-Reply-To"]) == ("Jo@example.com", "<one@mail.example>")
    assert mail["Subject"] == f"Re: your order {order.ref}"
    text, html = (part.replace("\r", "") for part in parts_of(mail))
    assert "Hello Jo Park" in text
    assert "On Friday.\nPromised." in text
    assert "On Friday.<br>Promised." in html
    reply.refresh_from_db()
    assert (reply.state, reply.handled_by, reply.answer) == (ReplyState.ANSWERED, agent, "On Friday.\nPromised.")
    assert message_drift() == []


def test_an_answer_is_no_news_of_a_date(order: Order, server: Script) -> None:
    today = timezone.localdate()
    OrderPromise.objects.create(order=order, promised_on=today, told_on=today, announced_on=today)

    answer_reply(make_reply(order).pk, answer="Soon.", actor=None, now=timezone.now())
    handed_on()
    send_due(now=timezone.now())
    dispatch_pending(now=timezone.now())

    assert Fact.objects.filter(kind="notifications.sent", state="dispatched").exists()
    assert not EtaRevision.objects.filter(order=order).exists()


def test_only_an_address_that_bounced_is_not_answered(order: Order, server: Script) -> None:
    Suppression.objects.create(channel="email", recipient="jo@example.com", reason="unsubscribed")
    answer_reply(make_reply(order).pk, answer="Soon.", actor=None, now=timezone.now())
    handed_on()
    send_due(now=timezone.now())
    assert len(server.mails) == 1

    Suppression.objects.update(reason="bounced: 550 gone")
    answer_reply(make_reply(order).pk, answer="Soon.", actor=None, now=timezone.now())
    assert handed_on().state == DeliveryState.SUPPRESSED


def test_an_answer_can_be_taken_back_until_it_leaves(order: Order, server: Script) -> None:
    reply = make_reply(order)
    answer_reply(reply.pk, answer="Never.", actor=None, now=timezone.now())
    handed_on()

    withdraw_answer(reply.pk, actor=None, now=timezone.now())
    send_due(now=timezone.now())

    assert server.mails == []
    reply.refresh_from_db()
    assert (reply.state, reply.answer) == (ReplyState.WAITING, "")
    assert Delivery.objects.get().state == DeliveryState.SUPERSEDED

    answer_reply(reply.pk, answer="Tomorrow.", actor=None, now=timezone.now())
    handed_on()
    send_due(now=timezone.now())
    assert len(server.mails) == 1
    with pytest.raises(Conflict, match="left already"):
        withdraw_answer(reply.pk, actor=None, now=timezone.now())


def test_of_many_who_answer_at_once_one_does(order: Order) -> None:
    reply = make_reply(order)

    def answer(number: int) -> str:
        try:
            answer_reply(reply.pk, answer=f"Answer {number}", actor=None, now=timezone.now())
        except Conflict as refusal:
            return refusal.detail
        finally:
            connection.close()
        return "answered"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(answer, range(6)))

    assert outcomes.count("answered") == 1
    assert Fact.objects.filter(kind="orders.answered").count() == 1


@pytest.mark.parametrize(
    ("verb", "wrong"),
    [
        (lambda reply: answer_reply(reply.pk, answer=" ", actor=None, now=timezone.now()), Invalid),
        (lambda reply: answer_reply(reply.pk, answer="x", actor=None, now=timezone.now()), Conflict),
        (lambda reply: withdraw_answer(reply.pk, actor=None, now=timezone.now()), Conflict),
    ],
)
def test_what_cannot_be_answered_says_why(verb: Callable[[Reply], object], wrong: type[Exception]) -> None:
    with pytest.raises(wrong):
        verb(make_reply())


def test_a_mail_of_unknown_order_is_put_with_one_and_stays_there(order: Order) -> None:
    reply = make_reply()

    attach_reply(reply.pk, ref=f" {order.ref} ", actor=None)
    attach_reply(reply.pk, ref=order.ref, actor=None)
    reply.refresh_from_db()
    assert (reply.order_ref, reply.customer_name) == (order.ref, order.customer.name)
    with pytest.raises(Conflict, match="This is about"):
        attach_reply(reply.pk, ref=make_order([(make_product(), 1)]).ref, actor=None)


def test_a_thank_you_is_laid_aside_and_taken_up_again(order: Order) -> None:
    reply = make_reply(order)

    lay_aside(reply.pk, actor=None, now=timezone.now())
    lay_aside(reply.pk, actor=None, now=timezone.now())
    reply.refresh_from_db()
    assert reply.state == ReplyState.DONE
    take_up(reply.pk, actor=None)
    reply.refresh_from_db()
    assert reply.state == ReplyState.WAITING


@pytest.mark.parametrize(
    ("signed", "writes_from", "greeted"),
    [
        ("Jo Park", "jo@example.com", "Jo Park"),
        ("", "Jo@Example.com", "Ann Lee"),
        ("", "else@example.com", "Brook Ltd"),
    ],
)
def test_whoever_does_not_sign_is_greeted_as_whom_we_know_at_their_address(
    order: Order, server: Script, signed: str, writes_from: str, greeted: str
) -> None:
    Customer.objects.filter(pk=order.customer_id).update(email="jo@example.com", contact_name="Ann Lee")
    reply = make_reply(order)
    Reply.objects.filter(pk=reply.pk).update(sender=writes_from, sender_name=signed, customer_name="Brook Ltd")

    answer_reply(reply.pk, answer="On Friday.", actor=None, now=timezone.now())

    assert f"Hello {greeted}," in handed_on().body_text
