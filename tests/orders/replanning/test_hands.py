"""What a warehouse cannot pick today rolls forward: the pass over its queue, and the runs that read its days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inventory.dirty import mark_dirty
from inventory.models import Calendar, DirtyMark, PickCapacity, Warehouse
from kernel.errors import Invalid
from notifications.models import Fact
from orders.handling.picking import pick
from orders.handling.terms import change_order_terms
from orders.hands import change_capacity, keep_pick_days
from orders.models import Allocation, LinePlan, Order, OrderLine, OrderPlan, OrderPromise, PickDay, Reason
from orders.replan import plan_marked, replan
from orders.tasks import plan_dirty
from tests.factories import NOW
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_warehouse
from tests.factories.orders import make_line, make_order
from tests.orders.replanning.hands import TEN_A_DAY, TODAY, settle, working_day

pytestmark = pytest.mark.django_db


def lines(order: Order) -> list[tuple[int, date | None]]:
    return list(LinePlan.objects.filter(order=order).order_by("line_id").values_list("reason", "eta_p50"))


@pytest.fixture
def orders() -> list[Order]:
    lamp, bulb = make_product("LAMP"), make_product("BULB")
    make_stock(lamp, on_hand=100)
    make_stock(bulb, on_hand=100)
    return [
        make_order([(lamp, 8)], ref="SO-1", is_expedited=True, ship_policy="partial"),
        make_order([(bulb, 5)], ref="SO-2", placed_at=NOW - timedelta(days=3), ship_policy="partial"),
        make_order([(lamp, 9)], ref="SO-3", ship_policy="partial"),
    ]


def test_what_does_not_fit_today_leaves_later_with_capacity_as_its_reason(orders: list[Order]) -> None:
    change_capacity("MAIN", weekdays=TEN_A_DAY, actor=None, now=NOW)

    settle()

    first, second, third = orders
    assert lines(first) == [(Reason.READY, working_day(0))]
    assert lines(second) == [(Reason.CAPACITY, working_day(1))]
    assert lines(third) == [(Reason.CAPACITY, working_day(2))]
    assert OrderPlan.objects.get(order=third).reason == Reason.CAPACITY
    assert sum(Allocation.objects.values_list("qty", flat=True)) == 22


def test_waiting_for_hands_is_no_backorder(orders: list[Order]) -> None:
    change_capacity("MAIN", weekdays=TEN_A_DAY, actor=None, now=NOW)

    settle()

    assert OrderPlan.objects.get(order=orders[2]).short_units == 0
    assert not Fact.objects.filter(kind="orders.backordered").exists()


def test_a_day_of_its_own_counts_before_its_weekday(orders: list[Order]) -> None:
    change_capacity("MAIN", weekdays=TEN_A_DAY, days={working_day(1): 0}, actor=None, now=NOW)

    settle()

    assert lines(orders[1]) == [(Reason.CAPACITY, working_day(2))]


def test_what_is_picked_makes_room_no_sooner(orders: list[Order]) -> None:
    """A pick uses the day's hands as the queue would have: nobody's day moves."""
    change_capacity("MAIN", weekdays=TEN_A_DAY, actor=None, now=NOW)
    settle()
    before = [lines(order) for order in orders[1:]]

    pick("SO-1", actor=None, now=NOW)
    settle()

    assert lines(orders[0]) == [(Reason.FROZEN, working_day(0))]
    assert [lines(order) for order in orders[1:]] == before


def test_an_order_that_ships_complete_is_picked_when_its_last_units_arrive() -> None:
    lamp, bulb = make_product("LAMP"), make_product("BULB")
    make_stock(lamp, on_hand=10)
    coming = make_purchase_order([(bulb, 5)], warehouse=make_warehouse("MAIN"))
    complete = make_order([(lamp, 5), (bulb, 5)], ref="SO-1", ship_policy="complete", is_expedited=True)
    other = make_order([(lamp, 5)], ref="SO-2", ship_policy="partial")
    change_capacity("MAIN", weekdays=[5, 5, 5, 5, 5, None, None], actor=None, now=NOW)

    settle()

    assert lines(other) == [(Reason.READY, working_day(0))]
    assert {reason for reason, _ in lines(complete)} == {Reason.CAPACITY}
    assert {eta > coming.expected_on for _, eta in lines(complete) if eta} == {True}


def test_an_order_too_little_to_send_keeps_its_day_with_every_pass() -> None:
    """Did hands hide that it is too little to send, the next pass would have what is there picked today, and so on."""
    lamp, bulb = make_product("LAMP"), make_product("BULB")
    make_stock(lamp, on_hand=10)
    make_stock(bulb, on_hand=5)
    coming = make_purchase_order([(bulb, 5)], warehouse=make_warehouse("MAIN"))
    order = make_order([(lamp, 10), (bulb, 10)], ref="SO-1", ship_policy="partial")
    change_order_terms("SO-1", order_fills=[80], actor=None, now=NOW)
    change_capacity("MAIN", weekdays=[5, 5, 5, 5, 5, None, None], actor=None, now=NOW)

    settle()
    before = lines(order)
    settle()

    assert lines(order) == before
    assert before[0][0] == Reason.FILL_THRESHOLD
    assert all(eta > coming.expected_on for _, eta in before if eta)


def test_an_event_run_equals_the_full_run_under_capacity(orders: list[Order]) -> None:
    change_capacity("MAIN", weekdays=TEN_A_DAY, actor=None, now=NOW)
    settle()

    replan(product_ids=[make_line(orders[0]).product_id], cause="test", now=NOW)

    assert replan(product_ids=None, cause="test", now=NOW).counts["rows_written"] == 0


def test_taking_the_figures_away_brings_the_days_back(orders: list[Order]) -> None:
    change_capacity("MAIN", weekdays=TEN_A_DAY, actor=None, now=NOW)
    settle()

    change_capacity("MAIN", weekdays=[None] * 7, actor=None, now=NOW)
    settle()

    assert not PickDay.objects.exists()
    assert lines(orders[2]) == [(Reason.READY, working_day(0))]


def test_a_second_look_finds_nothing_to_do(
    orders: list[Order], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    change_capacity("MAIN", weekdays=TEN_A_DAY, actor=None, now=NOW)
    settle()

    with django_assert_max_num_queries(4):
        assert keep_pick_days(now=NOW + timedelta(minutes=1)) == 0


def test_two_looks_close_together_make_one_pass(orders: list[Order]) -> None:
    change_capacity("MAIN", weekdays=TEN_A_DAY, actor=None, now=NOW)
    settle()
    make_order([(make_line(orders[0]).product, 50)], is_expedited=True, placed_at=NOW - timedelta(days=9))
    plan_marked([make_line(orders[0]).product_id], now=NOW)

    assert keep_pick_days(now=NOW + timedelta(seconds=4)) == 0
    assert keep_pick_days(now=NOW + timedelta(seconds=6)) > 0


def test_wrong_figures_are_refused_and_change_nothing() -> None:
    make_warehouse("MAIN")
    for weekdays in ([10] * 6, [0] * 5 + [9, 9], [-1] * 7):
        with pytest.raises(Invalid):
            change_capacity("MAIN", weekdays=weekdays, actor=None, now=NOW)
    with pytest.raises(Invalid):
        change_capacity("MAIN", weekdays=[None] * 7, days={TODAY: -1}, actor=None, now=NOW)

    assert not PickCapacity.objects.exists()


def test_an_order_that_waits_for_hands_when_it_gets_its_date_is_no_backorder_either(orders: list[Order]) -> None:
    line = make_line(orders[0])
    PickDay.objects.create(line=line, product=line.product, pick_on=working_day(2))

    plan_marked([line.product_id], now=NOW)

    assert OrderPromise.objects.get(order=orders[0]).promised_on == working_day(2)
    assert not Fact.objects.filter(kind="orders.backordered").exists()


def test_a_warehouse_picks_by_its_own_calendar_and_ships_after_its_handling(orders: list[Order]) -> None:
    every_day = Calendar.objects.create(code="ALL", name="Every day", weekdays="1111111")
    Warehouse.objects.filter(code="MAIN").update(calendar=every_day, handling_days=1)
    change_capacity("MAIN", weekdays=[10] * 7, actor=None, now=NOW)

    settle()

    assert [eta for order in orders for _, eta in lines(order)] == [TODAY + timedelta(days=days) for days in (1, 2, 3)]


def test_the_plan_workers_look_when_nothing_else_is_due(orders: list[Order]) -> None:
    now = timezone.now()
    Order.objects.update(placed_at=now - timedelta(days=5))
    mark_dirty([line.product_id for line in OrderLine.objects.all()], cause="test")
    change_capacity("MAIN", weekdays=[10] * 7, actor=None, now=now)

    plan_dirty()
    plan_dirty()

    reasons = set(LinePlan.objects.values_list("reason", flat=True))
    assert reasons == {Reason.READY, Reason.CAPACITY}


def test_a_new_order_is_promised_once_its_warehouses_queue_is_known(orders: list[Order]) -> None:
    change_capacity("MAIN", weekdays=TEN_A_DAY, actor=None, now=NOW)
    settle()
    late = make_order([(make_line(orders[0]).product, 20)], ship_policy="partial")

    plan_marked([make_line(late).product_id], now=NOW)
    assert not OrderPromise.objects.filter(order=late).exists()
    keep_pick_days(now=NOW, at_once=True)
    plan_marked(list(DirtyMark.objects.values_list("product_id", flat=True)), now=NOW)

    assert lines(late) == [(Reason.CAPACITY, working_day(3))]
    assert OrderPromise.objects.get(order=late).promised_on == working_day(3)
    assert not Fact.objects.filter(kind__startswith="orders.", subject=f"order:{late.pk}:promise").exists()
    assert replan(product_ids=None, cause="test", now=NOW).counts["rows_written"] == 0
