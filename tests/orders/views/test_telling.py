"""The agents' workspace: the queue, what to say, send and next, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from notifications.models import Fact
from orders.models import EtaRevision, Order, OrderPromise, Telling
from orders.replan import replan
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_order_plan
from tests.orders.views.backlog import planned_order
from tests.orders.views.telling import TODAY, deliver, slipped, tell

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[..., Client]


def test_the_queue_is_by_deadline_and_says_what_stood_in_the_way(agent: Client) -> None:
    later = slipped("Later", hours_ago=1)
    sooner = slipped("Sooner", hours_ago=5, email="")

    page = agent.get("/eta/")

    refs = [row.plan.order.ref for row in page.context["rows"]]
    assert refs == [sooner.ref, later.ref]
    assert [row.is_overdue for row in page.context["rows"]] == [True, False]
    assert page.context["detail"].order.ref == sooner.ref
    assert "no e-mail address: call" in page.content.decode()


def test_sending_tells_the_date_once_and_goes_to_the_next(agent: Client) -> None:
    first, second = slipped("First", hours_ago=3), slipped("Second", hours_ago=2)

    assert tell(agent, first, note="We keep your window open.") == 302

    page = agent.get(f"/eta/?after={first.ref}")
    assert page.context["detail"].order.ref == second.ref
    subjects = deliver()
    assert len(subjects) == 1
    assert first.ref in subjects[0]
    body = mail.outbox[0].body
    assert "Our supplier is sending part of your order later than agreed." in body
    assert "We keep your window open." in body
    replan(product_ids=None, cause="test", now=timezone.now())
    assert deliver() == [], "planning has nothing to add"
    assert Order.objects.get(pk=first.pk).eta_by_hand_on is None
    assert OrderPromise.objects.get(order=first).told_on == first.plan.eta_p50


def test_another_day_is_set_by_hand_and_told(agent: Client) -> None:
    order = slipped()
    assert order.plan.eta_p50
    day = order.plan.eta_p50 + timedelta(days=3)

    assert tell(agent, order, other_on=day.isoformat()) == 302
    replan(product_ids=None, cause="test", now=timezone.now())

    assert Order.objects.get(pk=order.pk).eta_by_hand_on == day
    assert len(deliver()) == 1
    assert OrderPromise.objects.get(order=order).told_on == day


def test_an_agent_may_not_set_any_day(agent: Client) -> None:
    order = slipped(days=20)

    assert tell(agent, order, other_on=(TODAY + timedelta(days=1)).isoformat()) == 403

    assert deliver() == []
    assert Order.objects.get(pk=order.pk).eta_by_hand_on is None


def test_a_message_is_taken_back_before_it_leaves(agent: Client) -> None:
    order = slipped()
    tell(agent, order)

    assert agent.post(f"/eta/{order.ref}/untell/?telling={Telling.objects.get().pk}").status_code == 302

    assert deliver() == []
    assert OrderPromise.objects.get(order=order).told_on == TODAY


def test_what_was_told_by_telephone_is_kept_and_stops_the_message(agent: Client) -> None:
    order = slipped(phone="0113 496 0112")
    tell(agent, order)

    assert tell(agent, order, by="reached", call_note="Spoke to Imogen") == 302

    assert deliver() == []
    promise = OrderPromise.objects.get(order=order)
    assert promise.told_on == order.plan.eta_p50
    revision = EtaRevision.objects.get(order=order, kind="told")
    assert "Spoke to Imogen" in revision.note
    assert str(revision.actor) in agent.get("/eta/?tab=told").content.decode()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"eta_on": ""}, 422),
        ({"eta_on": "2026-02-31"}, 422),
        ({"reason": "weather"}, 422),
        ({"note": "a\0b"}, 422),
        ({"version": "77"}, 409),
    ],
)
def test_what_makes_no_sense_is_refused_and_nobody_is_told(agent: Client, said: dict[str, str], status: int) -> None:
    order = slipped()

    assert tell(agent, order, **said) == status

    assert not Fact.objects.filter(kind="orders.eta_slipped").exists()


def test_the_preview_says_what_would_be_sent(agent: Client) -> None:
    order = slipped()
    day = date(TODAY.year + 1, 3, 3)

    page = agent.get(
        "/eta/",
        {"ref": order.ref, "other_on": day.isoformat(), "reason": "stock_short", "note": "Ours to keep."},
        headers={"HX-Request": "true", "HX-Target": "telling-preview"},
    ).content.decode()

    assert page.lstrip().startswith("<section")
    assert f"{day:%-d %B %Y}" in page
    assert "we are ordering more" in page
    assert "Ours to keep." in page


def test_the_page_costs_the_same_however_long_the_queue(
    agent: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        order = planned_order(50, slip_days=7)
        OrderPromise.objects.filter(order=order).update(told_on=TODAY - timedelta(days=9))

    with django_assert_max_num_queries(45):
        assert agent.get("/eta/").status_code == 200


def test_without_slips_the_page_says_what_to_do(agent: Client) -> None:
    make_order_plan(make_order([(make_product(), 1)]), eta_p50=TODAY)

    assert "Everybody knows" in agent.get("/eta/").content.decode()


def test_the_day_that_the_customer_has_is_told_as_what_it_is(agent: Client) -> None:
    order = slipped()
    day = timezone.localdate() + timedelta(days=9)
    tell(agent, order, other_on=day.isoformat())
    assert len(deliver()) == 1

    assert tell(agent, order, other_on=day.isoformat(), note="Still so.") == 302

    (subject,) = deliver()
    assert "still expected" in subject
    assert "Still so." in mail.outbox[0].body
