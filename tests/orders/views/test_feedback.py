"""The inbox of feedback."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from orders.dialogue.feedback import give_feedback
from orders.models import EtaRevision, Feedback, Reason
from tests.factories.inventory import make_product
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db(transaction=True)


def rated(rating: int, comment: str = "") -> Feedback:
    order = make_order([(make_product(), 1)])
    return give_feedback(order.ref, rating=rating, reasons=["late"], comment=comment, now=timezone.now())


def test_the_inbox_shows_what_waits_for_an_answer_and_the_score(agent: Client) -> None:
    bad, good = rated(1, "Where is it?"), rated(5)

    page = agent.get("/feedback/")

    assert [row.pk for row, _ in page.context["rows"]] == [good.pk, bad.pk]
    assert (page.context["standing"].mean, page.context["standing"].unanswered) == (3.0, 2)
    assert page.context["standing"].reasons == (("It takes too long", 2),)
    assert "Where is it?" in page.content.decode()
    assert [row.pk for row, _ in agent.get("/feedback/?view=bad").context["rows"]] == [bad.pk]


def test_an_answer_leaves_the_inbox(agent: Client) -> None:
    feedback = rated(2)

    assert agent.post(f"/feedback/{feedback.pk}/answer/", {"answer": "  "}).status_code == 422
    assert agent.post(f"/feedback/{feedback.pk}/answer/", {"answer": "Sorry."}).status_code == 302

    assert list(agent.get("/feedback/").context["rows"]) == []
    assert "Everybody has an answer" in agent.get("/feedback/").content.decode()
    assert "Sorry." in agent.get("/feedback/?view=all").content.decode()


def test_the_page_costs_the_same_however_much_was_said(
    agent: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for rating in (1, 2, 3, 4, 5) * 3:
        rated(rating)

    with django_assert_max_num_queries(18):
        assert agent.get("/feedback/").status_code == 200


def test_a_rating_shows_the_slip_before_it_and_ratings_are_told_apart_by_whose_doing_it_was(agent: Client) -> None:
    ours, theirs, nobodys = rated(2), rated(4), rated(5)
    for feedback, origin, days in ((ours, "ours", 3), (theirs, "supplier", 9)):
        before = feedback.given_at - timedelta(days=1)
        for at, more in ((before - timedelta(days=1), 1), (before, days), (feedback.given_at + timedelta(days=1), 50)):
            EtaRevision.objects.create(
                order=feedback.order, kind="planned", old_on=date(2026, 12, 1), at=at, origin=origin,
                new_on=date(2026, 12, 1) + timedelta(days=more), reason=Reason.SUPPLIER_LATE,
            )  # fmt: skip

    page = agent.get("/feedback/")

    causes = {row.pk: cause for row, cause in page.context["rows"]}
    assert (causes[ours.pk].days, causes[theirs.pk].days, causes[nobodys.pk]) == (3, 9, None)
    assert causes[theirs.pk].origin == "The supplier's doing"
    assert "the date slipped 9 days, to 10 Dec: supplier late" in page.content.decode()
    assert [(each.origin, each.mean) for each in page.context["standing"].by_origin] == [
        ("Our doing", 2.0),
        ("The supplier's doing", 4.0),
    ]
