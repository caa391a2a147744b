"""Messages, by the page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from notifications.delivering.announcing import announce
from notifications.delivering.sending import send_due
from notifications.models import Delivery, Fact, FactState
from tests.factories.messages import make_fact
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting() -> Delivery:
    fact = make_fact(now=timezone.now() - timedelta(minutes=2))
    announce([fact])
    return Delivery.objects.get()


@pytest.fixture
def sent(waiting: Delivery) -> Delivery:
    send_due(now=timezone.now())
    waiting.refresh_from_db()
    return waiting


def test_the_list_shows_each_message_with_its_state(ops: Client, sent: Delivery) -> None:
    page = ops.get("/messages/").content.decode()

    assert sent.subject_line in page
    assert "Sent" in page


@pytest.mark.parametrize(("state", "count"), [("sent", 1), ("waiting", 0), ("trouble", 0), ("untold", 0), ("all", 1)])
def test_the_views_divide_messages_by_state(ops: Client, sent: Delivery, state: str, count: int) -> None:
    assert len(ops.get("/messages/", {"state": state}).context["rows"]) == count


def test_messages_are_found_by_order(ops: Client, sent: Delivery) -> None:
    assert len(ops.get("/messages/", {"q": sent.order_ref}).context["rows"]) == 1
    assert len(ops.get("/messages/", {"q": "SO-0"}).context["rows"]) == 0


@pytest.mark.parametrize("query", ["state=moon", "after=%00", "q=%00"])
def test_a_damaged_address_is_refused_with_words(ops: Client, query: str) -> None:
    assert ops.get(f"/messages/?{query}").status_code == 400


def test_a_message_is_shown_as_it_was_sent_in_a_frame_where_nothing_runs(ops: Client, sent: Delivery) -> None:
    page = ops.get(f"/messages/{sent.pk}/")
    frame = ops.get(f"/messages/{sent.pk}/html/")

    assert sent.body_text.splitlines()[0] in page.content.decode()
    assert frame.content.decode() == sent.body_html
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


def test_the_list_tells_whoever_may_mend_it_that_facts_were_set_aside(client: Client) -> None:
    client.force_login(make_user("admin"))
    fact = make_fact()
    assert "could not be handed on" not in client.get("/messages/").content.decode()

    Fact.objects.filter(pk=fact.pk).update(state=FactState.QUARANTINED)

    assert "1 fact could not be handed on" in client.get("/messages/").content.decode()


def test_addresses_are_masked_for_whoever_may_not_see_contacts(client: Client, sent: Delivery) -> None:
    client.force_login(make_user("ops"))
    masked = client.get("/messages/").content.decode() + client.get(f"/messages/{sent.pk}/").content.decode()
    client.force_login(make_user("agent"))
    shown = client.get("/messages/").content.decode()

    assert sent.recipient not in masked
    assert sent.masked_recipient in masked
    assert sent.recipient in shown


def test_a_waiting_message_is_stopped(ops: Client, waiting: Delivery) -> None:
    response = ops.post(f"/messages/{waiting.pk}/stop/", follow=True)

    waiting.refresh_from_db()
    assert waiting.state == "suppressed"
    assert "Message stopped" in response.content.decode()


def test_stopping_a_sent_message_is_refused_with_words(ops: Client, sent: Delivery) -> None:
    response = ops.post(f"/messages/{sent.pk}/stop/")

    sent.refresh_from_db()
    assert response.status_code == 409
    assert "cannot be stopped" in response.content.decode()
    assert sent.state == "sent"


def test_a_failed_message_goes_out_again(ops: Client, waiting: Delivery) -> None:
    Delivery.objects.update(state="failed")

    ops.post(f"/messages/{waiting.pk}/send-again/")

    waiting.refresh_from_db()
    assert waiting.state == "pending"


def test_the_list_costs_the_same_however_long(
    ops: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    announce([make_fact() for _ in range(30)])

    with django_assert_max_num_queries(8):
        ops.get("/messages/")
