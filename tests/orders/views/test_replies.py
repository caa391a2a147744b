"""The list of replies."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from notifications.models import Reply
from orders.models import Order
from tests.factories.inventory import make_product
from tests.factories.messages import make_reply
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order() -> Order:
    return make_order([(make_product(), 1)])


def test_replies_are_answered_laid_aside_and_put_with_orders(agent: Client, order: Order) -> None:
    known, unknown, thanks = make_reply(order), make_reply(own_words="Which order?"), make_reply(order)

    page = agent.get("/replies/").content.decode()
    assert "Jo@example.com" in page
    assert "Which order?" in page
    assert agent.post(f"/replies/{unknown.pk}/attach/", {"order": "SO-nothing"}).status_code == 404
    assert agent.post(f"/replies/{unknown.pk}/attach/", {"order": order.ref}).status_code == 302
    assert agent.post(f"/replies/{known.pk}/answer/", {"answer": " "}).status_code == 422
    assert agent.post(f"/replies/{known.pk}/answer/", {"answer": "On Friday."}).status_code == 302
    assert agent.post(f"/replies/{known.pk}/answer/", {"answer": "Again."}).status_code == 409
    assert agent.post(f"/replies/{thanks.pk}/lay-aside/").status_code == 302

    assert [row.pk for row in agent.get("/replies/").context["rows"]] == [unknown.pk]
    assert "On Friday." in agent.get("/replies/?view=all").content.decode()
    assert agent.post(f"/replies/{known.pk}/withdraw/").status_code == 302
    assert agent.post(f"/replies/{thanks.pk}/take-up/").status_code == 302
    assert Reply.objects.filter(state="waiting").count() == 3


def test_who_may_not_see_contacts_sees_who_it_was_all_the_same(client: Client, order: Order) -> None:
    make_reply(order)
    client.force_login(make_user("ops"))

    page = client.get("/replies/").content.decode()

    assert "J…@example.com" in page
    assert "Jo@example.com" not in page


def test_the_order_shows_the_conversation(agent: Client, order: Order) -> None:
    make_reply(order, own_words="Please hurry.")

    assert "Please hurry." in agent.get(f"/orders/{order.ref}/").content.decode()


def test_the_page_costs_the_same_however_many_wrote(
    agent: Client, order: Order, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(15):
        make_reply(order)

    with django_assert_max_num_queries(14):
        assert agent.get("/replies/").status_code == 200
