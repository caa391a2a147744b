"""Messages that no change of plan brings about: silence, stock that came, how it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from inventory.receiving import receive_stock
from notifications.models import Fact
from orders.dialogue import following_up
from orders.handling.lifecycle import hold, release
from orders.models import Feedback, Order, OrderPlan, OrderPromise
from orders.replan import replan
from tests.factories.inventory import make_product, make_purchase_order
from tests.factories.orders import make_customer, make_order, make_order_plan

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
TODAY = timezone.localdate(NOW)
IN_NINE_DAYS = TODAY + timedelta(days=9)


def waiting(days_of_silence: int, **customer: Any) -> Order:
    """An order that waits, whose customer was told its day so many days ago."""
    told_at = NOW - timedelta(days=days_of_silence)
    order = make_order([(make_product(), 3)], customer=make_customer(**customer), placed_at=told_at)
    make_order_plan(order, eta_p50=IN_NINE_DAYS, short_units=3, placed_at=told_at)
    OrderPromise.objects.update_or_create(
        order=order,
        defaults={
            "promised_on": IN_NINE_DAYS,
            "announced_on": IN_NINE_DAYS,
            "told_on": IN_NINE_DAYS,
            "announced_kind": "orders.backordered",
            "announced_at": told_at,
            "told_at": told_at,
        },
    )
    return order


def facts(kind: str) -> list[int]:
    return [fact.payload["order"]["id"] for fact in Fact.objects.filter(kind=kind).order_by("pk")]


def test_who_heard_nothing_for_long_is_followed_up_once() -> None:
    silent, told = waiting(15), waiting(13)
    waiting(20, email="")
    held = waiting(20)
    hold(held.ref, kind="credit", actor=None, now=NOW)

    following_up.follow_up_on_silence(now=NOW)
    following_up.follow_up_on_silence(now=NOW + timedelta(hours=1))

    assert facts("orders.follow_up") == [silent.pk]
    following_up.follow_up_on_silence(now=NOW + timedelta(days=2))
    assert facts("orders.follow_up") == [silent.pk, told.pk]


def test_a_slip_that_the_customer_does_not_know_is_no_date_to_repeat(settings: Settings) -> None:
    settings.SLIP_THRESHOLD_DAYS = 3
    slipped, nearly = waiting(15), waiting(15)
    OrderPlan.objects.filter(order=slipped).update(eta_p50=IN_NINE_DAYS + timedelta(days=3))
    OrderPlan.objects.filter(order=nearly).update(eta_p50=IN_NINE_DAYS + timedelta(days=2))

    following_up.follow_up_on_silence(now=NOW)

    assert facts("orders.follow_up") == [nearly.pk]


def test_how_it_was_is_asked_once_some_days_after_the_order_left() -> None:
    left, rated, fresh, old = (make_order([(make_product(), 1)]) for _ in range(4))
    for order, days in ((left, 6), (rated, 6), (fresh, 4), (old, 30)):
        Order.objects.filter(pk=order.pk).update(status="shipped", closed_at=NOW - timedelta(days=days))
    Feedback.objects.create(order=rated, rating=5, occasion="delivery")

    following_up.ask_for_feedback(now=NOW)
    following_up.ask_for_feedback(now=NOW + timedelta(hours=1))

    assert facts("orders.feedback_wanted") == [left.pk]


def test_who_has_many_deliveries_is_asked_of_the_newest_and_not_again_for_two_weeks() -> None:
    customer = make_customer()
    orders = [make_order([(make_product(), 1)], customer=customer) for _ in range(3)]
    for days, order in enumerate(orders, 6):
        Order.objects.filter(pk=order.pk).update(status="shipped", closed_at=NOW - timedelta(days=days))

    for days in (0, 1, 5):
        following_up.ask_for_feedback(now=NOW + timedelta(days=days))
    assert facts("orders.feedback_wanted") == [orders[0].pk]

    Order.objects.filter(pk=orders[2].pk).update(closed_at=NOW + timedelta(days=9))
    following_up.ask_for_feedback(now=NOW + timedelta(days=15))
    assert facts("orders.feedback_wanted") == [orders[0].pk, orders[2].pk]


def test_stock_that_came_for_part_of_an_order_is_told_once() -> None:
    came, still_out = make_product(), make_product()
    make_purchase_order([(came, 5), (still_out, 5)], expected_on=TODAY + timedelta(days=9))
    order = make_order([(came, 2), (still_out, 2)])
    replan(product_ids=None, cause="test", now=timezone.now())
    assert facts("orders.backordered") == [order.pk]
    following_up.tell_of_stock(now=timezone.now())
    assert facts("orders.back_in_stock") == []

    receive_stock(sku=came.sku, warehouse_code="MAIN", qty=5, actor=None, now=timezone.now())
    replan(product_ids=None, cause="test", now=timezone.now())
    for _ in range(2):
        following_up.tell_of_stock(now=timezone.now())

    assert facts("orders.back_in_stock") == [order.pk]


@pytest.mark.parametrize(("kind", "asks"), [("address", True), ("payment", True), ("credit", False), ("fraud", False)])
def test_a_hold_that_only_the_customer_can_answer_asks_them(kind: str, asks: bool) -> None:
    order = make_order([(make_product(), 1)])

    hold(order.ref, kind=kind, actor=None, now=NOW)

    assert facts("orders.hold_question") == ([order.pk] if asks else [])


def test_a_release_overtakes_the_question() -> None:
    order = make_order([(make_product(), 1)])
    hold(order.ref, kind="address", actor=None, now=NOW)
    release(order.ref, actor=None, now=NOW)

    both = Fact.objects.filter(kind__in=["orders.hold_question", "orders.released"])
    assert set(both.values_list("subject", flat=True)) == {f"order:{order.pk}:hold"}


def test_looking_costs_the_same_however_many_are_silent(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(8):
        waiting(15)

    with django_assert_max_num_queries(12):
        assert following_up.follow_up_on_silence(now=NOW) == 8
