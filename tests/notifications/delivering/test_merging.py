"""One mail for all the news that a customer is due, and no more than their budget."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone
from time_machine import travel

from notifications.delivering.announcing import announce
from notifications.delivering.outcomes import MOST_HOLDS
from notifications.delivering.resending import send_again
from notifications.delivering.sending import send_due
from notifications.links import find_link
from notifications.models import Delivery, Fact, LinkPurpose, MessageRules
from tests.factories.messages import make_fact
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db


def news(order_id: int, kind: str = "orders.eta_slipped", email: str = "ann@example.com", **fields: Any) -> Delivery:
    """Announce news of one of Ann's orders, two minutes ago."""
    fact = make_fact(kind, now=timezone.now() - timedelta(minutes=2), order_id=order_id, email=email, **fields)
    fact.payload["customer"]["code"] = "BROOK"
    fact.save()
    announce([fact])
    return Delivery.objects.get(fact=fact)


def send(now: datetime | None = None) -> list[str]:
    mail.outbox.clear()
    while send_due(now=now or timezone.now()):
        pass
    return [message.subject for message in mail.outbox]


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_news_of_three_orders_is_one_mail_and_all_three_are_told() -> None:
    first, second = news(1), news(2, "orders.line_allocated")
    third = news(3, "orders.backordered", told_on=None)

    assert send() == ["News of 3 of your orders"]

    text = mail.outbox[0].body
    assert f"{first.order_ref}: now expected on Saturday 28 November, instead of Saturday 21 November" in text
    assert f"{second.order_ref}: complete, leaves on Saturday 28 November" in text
    assert f"{third.order_ref}: part of it has to wait, expected on Saturday 28 November" in text
    assert states() == ["sent", "sent", "sent"]
    assert Fact.objects.filter(kind="notifications.sent").count() == 3
    assert set(Delivery.objects.values_list("sent_with", flat=True)) == {None, first.pk}


def test_what_repeats_a_date_and_what_tells_of_stock_join_the_summary() -> None:
    still, here = news(1, "orders.follow_up"), news(2, "orders.back_in_stock")
    undated = news(3, "orders.back_in_stock", eta_on=None)

    assert send() == ["News of 3 of your orders"]

    text = mail.outbox[0].body
    assert f"{still.order_ref}: still expected on Saturday 28 November" in text
    assert f"{here.order_ref}: part of it is here, the rest expected on Saturday 28 November" in text
    assert f"{undated.order_ref}: part of it is here\n" in text


def test_what_can_wait_does_when_the_customer_had_their_messages() -> None:
    MessageRules.objects.create(pk=1, daily_messages=1)
    news(1)
    assert len(send()) == 1
    for order_id, kind in ((2, "orders.follow_up"), (3, "orders.back_in_stock"), (4, "orders.shipped")):
        news(order_id, kind)

    assert send() == ["Part of your order SO-100004 is on its way"]

    assert states() == ["sent", "pending", "pending", "sent"]


def test_each_order_of_a_summary_has_a_key_of_its_own() -> None:
    refs = [news(1).order_ref, news(2).order_ref]
    send()

    keys = re.findall(r"/o/([\w-]+)/", mail.outbox[0].body)

    opened = [find_link(LinkPurpose.ORDER, key, now=timezone.now()) for key in keys]
    assert [link.subject for link in opened if link] == refs
    html = str(mail.outbox[0].alternatives[0][0])
    assert sorted(set(re.findall(r"/o/([\w-]+)/", html))) == sorted(keys)


def test_other_customers_other_addresses_and_parcels_travel_alone() -> None:
    news(1)
    news(2, email="bob@example.com")
    news(3, "orders.shipped")

    assert len(send()) == 3


def test_overtaken_news_is_left_out_of_the_summary() -> None:
    news(1)
    stale, fresh = news(2, eta_on="2026-12-01"), news(2, eta_on="2026-12-04")

    assert send() == ["News of 2 of your orders"]

    assert "Friday 4 December" in mail.outbox[0].body
    assert "Tuesday 1 December" not in mail.outbox[0].body
    stale.refresh_from_db()
    fresh.refresh_from_db()
    assert (stale.state, fresh.state) == ("superseded", "sent")


def test_a_customer_s_fifth_message_of_the_day_waits_for_one_summary_next_morning() -> None:
    with travel("2026-11-20T10:00:00Z"):
        for order_id in range(1, 5):
            news(order_id)
            assert len(send()) == 1
        news(5)
        news(6)

        assert send() == []

        waiting = Delivery.objects.filter(state="pending")
        assert set(waiting.values_list("state_reason", flat=True)) == {"The customer had enough messages today"}
    with travel("2026-11-21T08:00:01Z"):
        assert send() == ["News of 2 of your orders"]


def test_a_parcel_is_told_whatever_the_budget() -> None:
    MessageRules.objects.create(daily_messages=1)
    news(1)
    send()
    news(2, "orders.shipped")

    assert len(send()) == 1


def test_news_in_the_night_waits_for_the_customer_s_morning() -> None:
    MessageRules.objects.create(quiet_from=time(21), quiet_to=time(8))
    with travel("2026-11-20T23:00:00Z"):
        news(1)
        assert send() == []
        waiting = Delivery.objects.get()
        assert (waiting.state, waiting.state_reason) == ("pending", "It is night where the customer is")
        news(1, "orders.eta_restored", eta_on="2026-11-21")
    with travel("2026-11-21T08:00:01Z"):
        assert send() == [], "taken back in the night"
        assert states() == ["superseded", "suppressed"]


def test_without_merging_each_order_has_its_mail() -> None:
    MessageRules.objects.create(merges=False)
    news(1)
    news(2)

    assert len(send()) == 2


def test_a_summary_that_perhaps_arrived_is_sent_again_order_by_order() -> None:
    news(1), news(2)
    send()
    Delivery.objects.update(state="uncertain", sent_at=None)
    second = Delivery.objects.order_by("pk").last()
    assert second is not None

    send_again(second.pk, actor=make_user("agent"), now=timezone.now())

    assert send() == [f"New date for your order {second.order_ref}: Saturday 28 November"]


def at(seconds: int) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)


def due(delivery: Delivery, seconds: int) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(not_before=at(seconds))


def test_news_waits_for_more_news_of_its_customer_that_settles_in_a_moment() -> None:
    due(news(1), -2)
    due(news(2), settings.MESSAGE_HOLD_SECONDS - 2)
    due(news(3, email="bob@example.com"), -2)

    assert len(send()) == 1
    assert mail.outbox[0].to == ["bob@example.com"]
    assert send(at(settings.MESSAGE_HOLD_SECONDS)) == ["News of 2 of your orders"]


def test_it_does_not_wait_for_ever() -> None:
    due(news(1), -MOST_HOLDS * settings.MESSAGE_HOLD_SECONDS - 1)
    due(news(2), 2)

    assert len(send()) == 1
    assert states() == ["sent", "pending"]


@pytest.mark.parametrize("later", ["in an hour", "of another kind", "merging is off"])
def test_it_does_not_wait_for_what_it_cannot_travel_with(later: str) -> None:
    due(news(1), -2)
    kind = "orders.shipped" if later == "of another kind" else "orders.eta_slipped"
    due(news(2, kind), 3600 if later == "in an hour" else 2)
    if later == "merging is off":
        MessageRules.objects.create(merges=False)

    assert len(send()) == 1
    assert states() == ["sent", "pending"]
