from __future__ import annotations

import pytest
from django.utils import timezone

from notifications.rules.valve import message_rules
from orders.dialogue.feedback import give_feedback
from orders.models import Feedback
from tests.api.conftest import Api
from tests.factories.inventory import make_product
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db(transaction=True)


def rated(rating: int) -> Feedback:
    order = make_order([(make_product(), 1)])
    return give_feedback(order.ref, rating=rating, reasons=["late"], comment="Slow", now=timezone.now())


def test_feedback_is_listed_newest_first_and_filtered(api: Api) -> None:
    bad, good = rated(1), rated(5)

    rows = api.get("feedback/").json()["results"]

    assert [row["rating"] for row in rows] == [5, 1]
    assert rows[1]["order"] == bad.order.ref
    assert [row["id"] for row in api.get("feedback/?rating=5").json()["results"]] == [good.pk]
    assert api.get(f"feedback/?order={bad.order.ref}&answered=false").json()["results"][0]["comment"] == "Slow"
    assert api.get("feedback/?rating=6").status_code == 422


def test_feedback_is_answered_in_words(api: Api) -> None:
    feedback = rated(2)

    assert api.post(f"feedback/{feedback.pk}/answer/", {"answer": " "}).status_code == 422
    answered = api.post(f"feedback/{feedback.pk}/answer/", {"answer": "Sorry, Ann."}).json()

    assert (answered["answer"], answered["answered_at"] is not None) == ("Sorry, Ann.", True)
    assert api.get("feedback/?answered=true").json()["results"][0]["id"] == feedback.pk


def test_the_rules_of_writing_are_changed_paused_and_resumed(api: Api) -> None:
    seen = api.get("message-rules/").json()
    assert (seen["daily_messages"], seen["is_paused"], seen["counts"]["facts"]) == (4, False, 0)

    changed = api.post("message-rules/", {"quiet_from": "21:00", "quiet_to": "08:00", "version": seen["version"]})
    assert changed.json()["quiet_from"] == "21:00:00"
    assert api.post("message-rules/", {"daily_messages": 9, "version": seen["version"]}).status_code == 409
    assert api.post("message-rules/", {"quiet_from": None}).status_code == 422
    assert api.post("message-rules/pause/", {"reason": "Wrong prices"}).json()["is_paused"] is True
    assert api.post("message-rules/resume/").json()["is_paused"] is False
    assert message_rules().daily_messages == 4
