from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from orders import tasks
from orders.board.history import keep_day, keep_past_days
from orders.models import BacklogDay, DayRank, Order, OrderLine, OrderPlan, OrderStatus, Shipment, ShipmentLine
from orders.queries.board import board_totals
from orders.queries.trends import Trend, trends
from orders.templatetags.trends import trend_words
from tests.factories import NOW
from tests.factories.inventory import make_product, make_warehouse
from tests.factories.orders import make_order, make_order_plan

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate(NOW)


def test_a_day_is_kept_as_it_was_the_last_time_with_the_ranks_it_began_with() -> None:
    lamp = make_product(unit_price="10.00")
    first, second = make_order([(lamp, 1)]), make_order([(lamp, 2)])
    make_order_plan(first, score=9, open_value_minor=1000)
    make_order_plan(second, score=5, open_value_minor=2000)

    keep_day(now=NOW)
    OrderPlan.objects.filter(order=second).update(score=99)
    make_order_plan(make_order([(lamp, 4)]), score=1, open_value_minor=4000)
    keep_day(now=NOW + timedelta(minutes=30))

    day = BacklogDay.objects.get()
    assert (day.open_orders, day.open_value_minor, day.late_orders) == (3, 7000, 0)
    assert dict(DayRank.objects.values_list("order", "rank")) == {first.pk: 1, second.pk: 2}
    keep_day(now=NOW + timedelta(days=1))
    assert DayRank.objects.get(order=second).rank == 1
    assert BacklogDay.objects.count() == 2


def test_the_task_keeps_today() -> None:
    tasks.keep_backlog_day()

    assert BacklogDay.objects.get().day == timezone.localdate()


def test_past_days_add_up_what_came_and_what_left() -> None:
    lamp = make_product(unit_price="10.00")
    old = make_order([(lamp, 5)], placed_at=NOW - timedelta(days=60))
    gone = make_order([(lamp, 3)], placed_at=NOW - timedelta(days=5))
    shipment = Shipment.objects.create(order=gone, shipped_at=NOW - timedelta(days=2))
    line = OrderLine.objects.get(order=gone)
    ShipmentLine.objects.create(shipment=shipment, line=line, warehouse=make_warehouse("MAIN"), qty=3)
    Order.objects.filter(pk=gone.pk).update(status=OrderStatus.SHIPPED, closed_at=NOW - timedelta(days=2))
    OrderLine.objects.filter(order=old).update(cancelled_qty=1)
    BacklogDay.objects.create(day=TODAY - timedelta(days=1), open_orders=77, open_value_minor=1)

    kept = keep_past_days(TODAY - timedelta(days=7), TODAY - timedelta(days=1))

    days = {(TODAY - day.day).days: (day.open_orders, day.open_value_minor) for day in BacklogDay.objects.all()}
    assert kept == 6
    assert days == {7: (1, 4000), 6: (1, 4000), 5: (2, 7000), 4: (2, 7000), 3: (2, 7000), 2: (1, 4000), 1: (77, 1)}


def test_a_trend_has_the_days_that_are_known_and_compares_with_a_week_ago() -> None:
    for days, late in ((9, None), (7, 4), (1, 8)):
        day = TODAY - timedelta(days=days)
        BacklogDay.objects.create(day=day, open_orders=1, open_value_minor=days * 100, late_orders=late)
    totals = board_totals(TODAY)

    found = trends(totals, 0.8, TODAY)

    assert found["open_value_minor"].values == (900.0, 700.0, 100.0, 0.0)
    assert (found["open_value_minor"].change, found["open_value_minor"].news) == (-700, 0)
    assert found["late_orders"].values == (4.0, 8.0, 0.0)
    assert (found["late_orders"].change, found["late_orders"].news) == (-4, 1)
    assert (found["fill_rate"].values, found["fill_rate"].change) == ((), None)


def test_a_figure_without_a_week_is_compared_with_yesterday() -> None:
    BacklogDay.objects.create(day=TODAY - timedelta(days=1), open_orders=1, open_value_minor=1, fill_rate=0.9)

    found = trends(board_totals(TODAY), 0.8, TODAY)["fill_rate"]

    assert (found.week_ago, found.yesterday, found.news) == (None, 0.9, -1)
    assert found.change == pytest.approx(-0.1)


@pytest.mark.parametrize(
    ("trend", "words"),
    [
        (Trend("orders", -1, (4.0, 8.0), 4.0, 8.0), "up 4 in 7 days, worse. Between 4 and 8 in 28 days"),
        (Trend("share", 1, (0.5, 0.75), None, 0.5), "up 25.0 points since yesterday, better. Between 50.0% and 75.0%"),
        (Trend("pence", 0, (20_000.0, 10_000.0), 20_000.0, None), "down 50.0% in 7 days. Between £100 and £200"),
        (Trend("pence", -1, (20_000.0, 10_000.0), 20_000.0, None), "down £100 in 7 days, better"),
        (Trend("orders", -1, (4.0, 4.0), 4.0, 4.0), "no change in 7 days"),
        (Trend("orders", -1, (), None, None), ""),
    ],
)
def test_a_trend_in_words_calls_only_that_better_which_is(trend: Trend, words: str) -> None:
    said = re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]+>", "", str(trend_words(trend)))).strip()

    assert said.startswith(words)
    assert bool(said) == bool(words)
