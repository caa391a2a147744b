from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from backlog.accounts.models import User
from kernel.errors import Conflict, NotFound
from notifications.delivering.announcing import announce
from notifications.delivering.resending import send_again, stop
from notifications.delivering.sending import send_due
from notifications.models import Delivery, Suppression
from tests.factories.messages import make_fact
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> User:
    return make_user("agent")


@pytest.fixture
def waiting() -> Delivery:
    fact = make_fact(now=timezone.now() - timedelta(minutes=2))
    announce([fact])
    return Delivery.objects.get()


def test_a_stopped_message_is_not_sent_and_says_who_stopped_it(agent: User, waiting: Delivery) -> None:
    stopped = stop(waiting.pk, actor=agent, now=timezone.now())

    send_due(now=timezone.now())

    assert mail.outbox == []
    assert stopped.state == "suppressed"
    assert agent.get_username() in stopped.state_reason


def test_a_sent_message_can_neither_be_stopped_nor_sent_again(agent: User, waiting: Delivery) -> None:
    send_due(now=timezone.now())

    for verb in (stop, send_again):
        with pytest.raises(Conflict):
            verb(waiting.pk, actor=agent, now=timezone.now())

    assert len(mail.outbox) == 1


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_a_message_that_did_not_arrive_is_sent_again_on_request(agent: User, waiting: Delivery, state: str) -> None:
    Delivery.objects.update(state=state, attempts=9)

    send_again(waiting.pk, actor=agent, now=timezone.now())
    send_due(now=timezone.now())

    assert len(mail.outbox) == 1
    waiting.refresh_from_db()
    assert waiting.state == "sent"


def test_sending_again_does_not_open_a_closed_address(agent: User, waiting: Delivery) -> None:
    Delivery.objects.update(state="failed")
    Suppression.objects.create(recipient=waiting.recipient, reason="bounced: 550")

    send_again(waiting.pk, actor=agent, now=timezone.now())
    send_due(now=timezone.now())

    assert mail.outbox == []


def test_an_unknown_message_is_not_found(agent: User) -> None:
    with pytest.raises(NotFound):
        stop(1, actor=agent, now=timezone.now())
