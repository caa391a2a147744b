"""Slips that a colleague puts off or saves without telling, and customers who are asked to choose."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from notifications.dispatching import dispatch_pending
from notifications.models import Suppression
from orders.dialogue.customer_choices import Sent, choose_shipping
from orders.dialogue.following_up import follow_up_on_silence
from orders.models import EtaRevision, Order, OrderPromise, Snooze, Telling
from orders.queries import untold
from orders.replan import replan
from tests.orders.views.telling import TODAY, deliver, slipped, tell

pytestmark = pytest.mark.django_db(transaction=True)


def queues(client: Client) -> dict[str, int]:
    counts: dict[str, int] = client.get("/eta/").context["counts"]
    return {key: counts[key] for key in ("slips", "later")}


def asked_of(client: Client) -> set[int]:
    """Hand on what was recorded, and return the orders whose customers were asked to choose."""
    while dispatch_pending(now=timezone.now()):
        pass
    return {row.telling.order_id for row in client.get("/eta/?tab=asked").context["asked"]}


def planned_on(order: Order) -> date:
    assert order.plan.eta_p50
    return order.plan.eta_p50


def remind(client: Client, order: Order, **said: str) -> int:
    return client.post(f"/eta/{order.ref}/remind/", said).status_code


def in_hours(hours: int) -> str:
    return (timezone.now() + timedelta(hours=hours)).isoformat()


def test_a_saved_date_is_kept_and_its_customer_hears_nothing(agent: Client) -> None:
    order = slipped()
    day = planned_on(order) + timedelta(days=2)

    assert tell(agent, order, by="kept", other_on=day.isoformat(), why="They call us on Monday") == 302
    replan(product_ids=None, cause="test", now=timezone.now())

    assert deliver() == []
    assert Order.objects.get(pk=order.pk).eta_by_hand_on == day
    assert EtaRevision.objects.get(order=order, kind="by_hand").note == "Not told: They call us on Monday"
    assert OrderPromise.objects.get(order=order).told_on == TODAY
    assert queues(agent) == {"slips": 0, "later": 1}
    page = agent.get("/eta/?tab=later").content.decode()
    assert "Saved, not told: They call us on Monday" in page
    assert "customer not told" in agent.get(f"/orders/{order.ref}/").content.decode()


def test_a_saved_slip_that_moves_again_is_news_and_in_the_queue(agent: Client) -> None:
    order = slipped(email="")
    tell(agent, order, by="kept", why="Wait for the supplier")
    later = planned_on(order) + timedelta(days=5)

    OrderPromise.objects.filter(order=order).update(announced_on=later, announced_at=timezone.now())

    assert queues(agent) == {"slips": 1, "later": 0}


def test_saving_is_taken_back(agent: Client) -> None:
    order = slipped()
    tell(agent, order, by="kept", why="Not yet")

    agent.post(f"/eta/{order.ref}/untell/?telling={Telling.objects.get().pk}")

    assert deliver() == []
    assert queues(agent) == {"slips": 1, "later": 0}


def test_saving_needs_a_reason(agent: Client) -> None:
    order = slipped()

    assert tell(agent, order, by="kept", why=" ") == 422

    assert not Telling.objects.exists()
    assert queues(agent) == {"slips": 1, "later": 0}


def test_a_reminder_hides_a_slip_until_its_time(agent: Client) -> None:
    order = slipped()

    assert remind(agent, order, until_at=in_hours(2), why="Call after lunch") == 302

    assert queues(agent) == {"slips": 0, "later": 1}
    assert "Call after lunch" in agent.get("/eta/?tab=later").content.decode()
    Snooze.objects.update(until_at=timezone.now())
    assert queues(agent) == {"slips": 1, "later": 0}
    assert "Reminder of" in agent.get("/eta/").content.decode()


def test_a_slip_that_is_announced_anew_is_back_before_its_reminder(agent: Client) -> None:
    order = slipped()
    remind(agent, order, until_at=in_hours(2))

    OrderPromise.objects.filter(order=order).update(announced_at=timezone.now())

    assert queues(agent) == {"slips": 1, "later": 0}


def test_a_reminder_is_undone_and_leaves_exceptions_alone(agent: Client) -> None:
    order = slipped()
    remind(agent, order, until_at=in_hours(2))

    assert agent.get("/exceptions/").context["snoozed"] == 0
    assert agent.post(f"/exceptions/{order.ref}/wake/?kind=untold").status_code == 302
    assert queues(agent) == {"slips": 1, "later": 0}


@pytest.mark.parametrize("when", ["", "soon", "2026-02-31T10:00", "2020-01-01T10:00", "2999-01-01T10:00"])
def test_a_reminder_at_no_time_is_refused(agent: Client, when: str) -> None:
    order = slipped()

    assert remind(agent, order, other_at=when) == 422
    assert not Snooze.objects.exists()


def test_no_follow_up_repeats_a_date_that_the_customer_does_not_know(agent: Client) -> None:
    order = slipped()
    tell(agent, order, by="kept", why="Not yet")
    long_ago = timezone.now() - timedelta(days=40)
    OrderPromise.objects.update(announced_at=long_ago, told_at=long_ago)
    order.plan.placed_at = long_ago
    order.plan.save()

    assert follow_up_on_silence(now=timezone.now()) == 0
    assert deliver() == []


def test_a_customer_who_is_asked_chooses_and_the_queue_shows_it(agent: Client) -> None:
    order = slipped()

    assert tell(agent, order, asks="on") == 302

    assert deliver()[0].startswith("Your choice for order")
    assert "You can wait for this date or cancel." in mail.outbox[0].body
    page = agent.get("/eta/?tab=asked")
    assert [(row.telling.order_id, row.answer) for row in page.context["asked"]] == [(order.pk, "")]
    version = Order.objects.get(pk=order.pk).version
    choose_shipping(order.ref, kind="wait", sent=Sent(version), now=timezone.now())
    page = agent.get(f"/eta/?tab=asked&ref={order.ref}")
    assert [row.answer for row in page.context["asked"]] == ["Keeps waiting"]
    assert "What the customer chose" in page.content.decode()
    assert len(untold.answers(untold.asked(now=timezone.now() + timedelta(days=15)))) == 0


def test_a_question_that_was_overtaken_before_it_left_was_never_asked(agent: Client) -> None:
    order = slipped()
    tell(agent, order, asks="on")
    assert asked_of(agent) == {order.pk}, "it is about to leave"

    order.refresh_from_db()
    later = planned_on(order) + timedelta(days=3)
    tell(agent, order, other_on=later.isoformat())
    assert asked_of(agent) == set(), "the newer message is the one that leaves"

    assert len(deliver()) == 1
    assert asked_of(agent) == set()
    assert agent.get("/eta/?tab=asked").context["counts"]["asked"] == 0


def test_a_question_whose_address_is_closed_was_never_asked(agent: Client) -> None:
    order = slipped()
    tell(agent, order, asks="on")
    Suppression.objects.create(channel="email", recipient=order.customer.email, reason="bounced")

    assert deliver() == []

    assert asked_of(agent) == set()


def test_the_preview_asks_as_the_message_will(agent: Client) -> None:
    order = slipped()

    assert "You can wait" in agent.get(f"/eta/?ref={order.ref}&asks=on").content.decode()
    assert "You can wait for" not in agent.get(f"/eta/?ref={order.ref}").content.decode()
