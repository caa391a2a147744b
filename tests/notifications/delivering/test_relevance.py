"""Nothing stale is sent: what becomes of a message when the world moves on while it waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from notifications.delivering.announcing import announce
from notifications.delivering.sending import send_due
from notifications.models import Delivery, MessageRules, Threshold
from tests.factories.messages import make_fact

pytestmark = pytest.mark.django_db

ORDER = 4711


def news(kind: str, **fields: Any) -> Delivery:
    """Announce a fact about one order, two minutes ago, and return its delivery."""
    fact = make_fact(kind, now=timezone.now() - timedelta(minutes=2), order_id=ORDER, **fields)
    announce([fact])
    return Delivery.objects.get(fact=fact)


def send(later: timedelta = timedelta(0)) -> list[str]:
    """Send what is due and return the subjects that left."""
    mail.outbox.clear()
    send_due(now=timezone.now() + later)
    return [message.subject for message in mail.outbox]


def state(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.state_reason


def test_only_the_newest_of_two_dates_is_sent() -> None:
    older = news("orders.eta_slipped", eta_on="2026-11-28")
    newer = news("orders.eta_slipped", eta_on="2026-12-04")

    subjects = send()

    assert subjects == [f"New date for your order {newer.order_ref}: Friday 4 December"]
    assert state(older) == ("superseded", "Newer news of this order")


def test_a_slip_taken_back_before_sending_tells_nobody() -> None:
    slip = news("orders.eta_slipped", eta_on="2026-11-28")
    back = news("orders.eta_restored", eta_on="2026-11-21")

    assert send() == []
    assert state(slip)[0] == "superseded"
    assert state(back) == ("suppressed", "The customer has this date already")


def test_a_slip_taken_back_after_sending_tells_the_earlier_date() -> None:
    """The plan wrote "restored" before it knew that the mail had left; the customer must not keep the late date."""
    news("orders.eta_slipped", eta_on="2026-11-28")
    send()
    back = news("orders.eta_restored", eta_on="2026-11-21")

    subjects = send()

    assert subjects == [f"Earlier than we said: your order {back.order_ref} on Saturday 21 November"]
    assert "instead of Saturday 28 November" in mail.outbox[0].body
    assert state(back)[0] == "sent"
    assert back.kind == "orders.eta_improved"


def test_a_cancelled_order_gets_no_more_news_of_dates() -> None:
    slip = news("orders.eta_slipped")
    news("orders.cancelled")

    subjects = send()

    assert subjects == [f"Your order {slip.order_ref} is cancelled"]


@pytest.mark.parametrize(("kind", "eta_on"), [("eta_restored", "2026-11-21"), ("eta_slipped", "2026-11-28")])
def test_who_was_never_told_to_wait_hears_it_with_the_newest_date(kind: str, eta_on: str) -> None:
    """The first word was overtaken within the hold; the news that overtook it must not pass for a change of date."""
    news("orders.backordered", eta_on="2026-11-21")
    newest = news(f"orders.{kind}", eta_on=eta_on)

    send()

    [message] = mail.outbox
    assert "expected on" in message.subject
    assert "instead of" not in message.body
    assert state(newest)[0] == "sent"


def test_an_order_that_has_left_gets_no_more_news_of_dates() -> None:
    slip = news("orders.eta_slipped")
    news("orders.shipped", lines=[], subject=f"order:{ORDER}:shipment:1")

    subjects = send()

    assert subjects == [f"Your order {slip.order_ref} is on its way"]
    assert state(slip) == ("superseded", "The order has left")


def test_an_order_that_has_left_in_part_still_gets_news_of_the_rest() -> None:
    news("orders.eta_slipped")
    news("orders.shipped", subject=f"order:{ORDER}:shipment:1")

    assert len(send()) == 2


def test_a_second_delay_within_a_day_waits_and_the_newest_wins() -> None:
    news("orders.eta_slipped", eta_on="2026-11-28")
    send()
    second = news("orders.eta_slipped", eta_on="2026-12-02")
    assert send() == []
    assert state(second) == ("pending", "Told of a delay less than 24 hours ago")
    third = news("orders.eta_slipped", eta_on="2026-12-09")
    assert send() == []

    MessageRules.objects.update_or_create(pk=1, defaults={"delay_hours": 0})
    subjects = send(timedelta(hours=25))

    assert subjects == [f"New date for your order {third.order_ref}: Wednesday 9 December"]
    assert "instead of Saturday 28 November" in mail.outbox[0].body
    assert state(second)[0] == "superseded"


def test_good_news_is_not_held_back_by_the_budget_of_delays() -> None:
    news("orders.eta_slipped", eta_on="2026-11-28")
    send()
    news("orders.line_allocated", eta_on="2026-11-23")

    assert len(send()) == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"email": ""}, "No e-mail address"), ({"wants_email": False}, "The customer does not want e-mail")],
)
def test_a_customer_who_cannot_be_told_shows_with_the_reason(fields: dict[str, Any], reason: str) -> None:
    delivery = news("orders.eta_slipped", **fields)

    assert send() == []
    assert state(delivery) == ("suppressed", reason)


def test_announcing_a_fact_twice_tells_once() -> None:
    delivery = news("orders.eta_slipped")

    announce([delivery.fact])

    assert Delivery.objects.count() == 1


def test_an_earlier_day_of_units_on_their_way_is_not_told_after_a_slip_was() -> None:
    """The plan did not know yet that the slip had left, so it took the day for no change."""
    news("orders.eta_slipped", eta_on="2026-11-28")
    send()
    back = news("orders.eta_restored", eta_on="2026-11-21", is_firm=False)

    assert send() == []
    assert state(back) == ("suppressed", "An earlier day is told when the units are there")

    MessageRules.objects.update_or_create(pk=1, defaults={"firm_only": False})
    again = news("orders.eta_restored", eta_on="2026-11-21", is_firm=False)
    assert send() == [f"Earlier than we said: your order {again.order_ref} on Saturday 21 November"]


@pytest.mark.parametrize(
    ("threshold", "reason"),
    [
        (("", "", "", 8), "Only 7 days later: this customer hears of 8 or more by E-mail"),
        (("orders.eta_slipped", "gold", "email", 8), "Only 7 days later: this customer hears of 8 or more by E-mail"),
        (("", "", "sms", 8), ""),
        (("orders.eta_improved", "", "", 8), ""),
        (("", "silver", "", 8), ""),
        (("", "", "", 7), ""),
    ],
)
def test_who_is_spared_a_small_move_is_said_with_the_number(threshold: tuple[str, str, str, int], reason: str) -> None:
    kind, tier, channel, days = threshold
    slip = news("orders.eta_slipped", tier="gold")
    Threshold.objects.create(kind=kind, tier=tier, channel=channel, days=days)

    left = send()

    assert len(left) == (not reason)
    assert state(slip) == (("suppressed", reason) if reason else ("sent", ""))


def test_a_colleague_tells_a_small_move_too() -> None:
    Threshold.objects.create(days=30)
    news("orders.eta_slipped", by_colleague=True)

    assert len(send()) == 1
