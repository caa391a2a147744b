"""The inbox of feedback."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from orders.feedback import give_feedback
from orders.models import Feedback
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def rated(rating: int, comment: str = "") -> Feedback:
    order = make_order([(make_product(), 1)])
    return give_feedback(order.ref, rating=rating, reasons=["late"], comment=comment, now=timezone.now())


@pytest.fixture
def agent(client: Client) -> Client:
    client.force_login(make_user("agent"))
    return client


def test_the_inbox_shows_what_waits_for_an_answer_and_the_score(agent: Client) -> None:
    bad, good = rated(1, "Where is it?"), rated(5)

    page = agent.get("/feedback/")

    assert [row.pk for row in page.context["rows"]] == [good.pk, bad.pk]
    assert (page.context["standing"].mean, page.context["standing"].unanswered) == (3.0, 2)
    assert page.context["standing"].reasons == (("It takes too long", 2),)
    assert "Where is it?" in page.content.decode()
    assert [row.pk for row in agent.get("/feedback/?view=bad").context["rows"]] == [bad.pk]


def test_an_answer_leaves_the_inbox(agent: Client) -> None:
    feedback = rated(2)

    assert agent.post(f"/feedback/{feedback.pk}/answer/", {"answer": "  "}).status_code == 422
    assert agent.post(f"/feedback/{feedback.pk}/answer/", {"answer": "Sorry."}).status_code == 302

    assert list(agent.get("/feedback/").context["rows"]) == []
    assert "Everybody has an answer" in agent.get("/feedback/").content.decode()
    assert "Sorry." in agent.get("/feedback/?view=all").content.decode()


def test_the_page_costs_the_same_however_much_was_said(
    agent: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for rating in (1, 2, 3, 4, 5) * 3:
        rated(rating)

    with django_assert_max_num_queries(16):  # type: ignore[attr-defined]
        assert agent.get("/feedback/").status_code == 200
