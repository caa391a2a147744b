"""Webhooks by the page: made with a secret that is shown once, stopped, started, and what became of what was sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from notifications.models import Webhook, WebhookDelivery
from tests.factories.messages import make_fact
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db
PAGE = "/messages/webhooks/"
URL = "https://erp.example.com/hooks"


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user("admin"))
    return client


def make_webhook(**fields: object) -> Webhook:
    return Webhook.objects.create(**{"url": URL, "secret": "whsec_secret", **fields})


def test_the_secret_is_shown_when_it_is_made_and_never_again(admin: Client, settings: Settings) -> None:
    made = admin.post(f"{PAGE}add/", {"url": URL, "description": "ERP", "events": ["order.shipped"]})

    webhook = Webhook.objects.get()
    assert (webhook.hears, webhook.description) == (["order.shipped"], "ERP")
    assert webhook.secret in made.content.decode()
    assert made["Cache-Control"] == "no-store"
    again = admin.get(PAGE).content.decode()
    assert webhook.secret not in again
    assert "order.shipped" in again


@pytest.mark.parametrize("wrong", [{"url": "http://127.0.0.1/"}, {"url": ""}, {"url": URL, "events": ["order.lost"]}])
def test_what_cannot_be_made_says_why_and_keeps_what_was_typed(admin: Client, wrong: dict[str, object]) -> None:
    answer = admin.post(f"{PAGE}add/", {"description": "For the ERP", **wrong})

    assert answer.status_code == 422
    assert 'class="err"' in answer.content.decode() or "No webhook was added" in answer.content.decode()
    assert "For the ERP" in answer.content.decode()
    assert not Webhook.objects.exists()


def test_it_is_stopped_and_started_again(admin: Client) -> None:
    webhook = make_webhook()

    page = admin.post(f"{PAGE}{webhook.pk}/", {"do": "stop"}, follow=True).content.decode()
    assert "It hears nothing more." in page
    assert "Stopped by" in page
    webhook.refresh_from_db()
    assert not webhook.is_active

    admin.post(f"{PAGE}{webhook.pk}/", {"do": "start"})
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.stopped_because) == (True, "")
    assert "There is no such webhook" in admin.post(f"{PAGE}99/", {"do": "stop"}, follow=True).content.decode()


def test_each_delivery_shows_its_state_its_answer_and_when_it_is_tried_again(
    admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    webhook, now = make_webhook(), timezone.now()
    for state, answer in (("sent", "204 No Content"), ("pending", "500 Server Error"), ("failed", "410 Gone")):
        fact = make_fact()
        WebhookDelivery.objects.create(
            webhook=webhook, fact=fact, event="promise.changed", state=state, answer=answer, attempts=1,
            not_before=now + timedelta(minutes=5), sent_at=now if state == "sent" else None,
        )  # fmt: skip

    with django_assert_max_num_queries(8):
        page = admin.get(PAGE)

    html = page.content.decode()
    assert [dict(counts) for _, counts in page.context["rows"]] == [{"Waiting": 1, "Taken": 1, "Given up": 1}]
    assert all(words in html for words in ("204 No Content", "500 Server Error", "410 Gone", "Given up", "again <time"))


def test_others_than_admins_do_not_find_it(client: Client) -> None:
    client.force_login(make_user("ops"))

    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/messages/channels/").content.decode()
