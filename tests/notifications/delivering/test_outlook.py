"""What a waiting message would say and do now, as its page shows it, against what the sender then does."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from notifications.delivering.announcing import announce
from notifications.delivering.outlook import outlook_of
from notifications.delivering.sending import send_due
from notifications.models import Delivery, MessageRules, Threshold
from tests.factories.messages import make_fact
from tests.notifications.smtp_server import Script

pytestmark = pytest.mark.django_db
ORDER = 41


def announced(minutes_ago: int = 2, order_id: int = ORDER, kind: str = "orders.eta_slipped", **said: Any) -> Delivery:
    fact = make_fact(kind, now=timezone.now() - timedelta(minutes=minutes_ago), order_id=order_id, **said)
    announce([fact])
    return Delivery.objects.get(fact=fact)


def outlook(delivery: Delivery) -> Any:
    return outlook_of(Delivery.objects.select_related("fact").get(pk=delivery.pk), now=timezone.now())


def test_what_was_overtaken_says_that_it_does_not_go_out(ops: Client, server: Script) -> None:
    old = announced(3)
    new = announced(1, eta_on="2026-12-05")

    assert (outlook(old).ends_as, outlook(old).why) == ("Overtaken by newer news", "Newer news of this order")
    page = ops.get(f"/messages/{old.pk}/").content.decode()
    assert "As things are now, this does not go out" in page
    assert "As it was written" in page
    assert page.count("Overtaken by newer news") == 0
    assert ops.get("/messages/").content.decode().count("Overtaken by newer news") == 1
    assert "does not go out" not in ops.get(f"/messages/{new.pk}/").content.decode()

    send_due(now=timezone.now())

    old.refresh_from_db()
    assert (old.state, old.state_reason) == ("superseded", "Newer news of this order")
    assert outlook(old) is None


def test_a_first_word_that_was_overtaken_is_said_with_the_newest_day(ops: Client, server: Script) -> None:
    announced(3, kind="orders.backordered")
    new = announced(1, eta_on="2026-12-05")
    before = new.subject_line

    now = outlook(new).mail
    page = ops.get(f"/messages/{new.pk}/").content.decode()
    frame = ops.get(f"/messages/{new.pk}/html/").content.decode()
    send_due(now=timezone.now())

    new.refresh_from_db()
    assert before != now.subject_line == new.subject_line
    assert now.subject_line in page
    assert "These are the words of now" in page
    assert (frame, now.body_text) == (new.body_html, new.body_text)


def test_news_that_goes_together_is_shown_as_the_one_message_that_it_makes(ops: Client, server: Script) -> None:
    first, second = (announced(order_id=pk, email="ann@example.com") for pk in (41, 42))
    Delivery.objects.update(customer_code="BROOK")

    found = outlook(second)
    page = ops.get(f"/messages/{second.pk}/").content.decode()
    send_due(now=timezone.now())

    first.refresh_from_db()
    assert found.others == (first.order_ref,)
    assert "It goes out together" in page
    assert found.mail.body_text == first.body_text


def test_what_is_too_little_by_now_and_what_the_night_holds_back_say_so() -> None:
    waiting = announced()
    MessageRules.objects.create(pk=1, quiet_from=time(0), quiet_to=time(23, 59))

    assert outlook(waiting).why == "It is night where the customer is"
    assert outlook(waiting).not_before > timezone.now()
    assert waiting.order_ref in outlook(waiting).mail.body_text

    Threshold.objects.create(days=30)
    assert outlook(waiting).ends_as == "Not sent"
    assert outlook(waiting).why.startswith("Only 7 days later")


def test_looking_costs_the_same_however_much_goes_together(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    rows = [announced(order_id=pk, email="ann@example.com") for pk in range(50, 62)]
    Delivery.objects.update(customer_code="BROOK")
    row = Delivery.objects.select_related("fact").get(pk=rows[0].pk)

    with django_assert_max_num_queries(11):
        found = outlook_of(row, now=timezone.now())

    assert found is not None
    assert len(found.others) == 11
