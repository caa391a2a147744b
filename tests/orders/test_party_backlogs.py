"""The kept figures of customers and suppliers: as the board counts, made anew in sets, written where they differ."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from inventory.models import PurchaseOrder
from orders.handling.lifecycle import hold
from orders.models import BacklogFigures, CustomerBacklog, HoldKind, OrderPromise, PlanRun, SupplierBacklog
from orders.party_backlogs import keep_party_backlogs, make_party_backlogs
from orders.replan import replan
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_customer, make_order, make_order_plan

pytestmark = pytest.mark.django_db


def make(now: datetime = NOW) -> int:
    return make_party_backlogs(covers={"covers_run_id": 0, "recent_runs": 0}, now=now)


def test_open_orders_are_counted_by_customer_as_the_board_counts_them() -> None:
    ann, ben = make_customer("ANN"), make_customer("BEN")
    product = make_product()
    late = make_order([(product, 1)], customer=ann, placed_at=NOW - timedelta(days=9))
    make_order_plan(late, open_value_minor=500, promised_on=TODAY - timedelta(days=1), slip_days=1)
    held = make_order([(product, 1)], customer=ann, held="credit")
    make_order_plan(held, open_value_minor=300)
    slipped = make_order([(product, 1)], customer=ann)
    make_order_plan(slipped, open_value_minor=200, eta_p50=TODAY + timedelta(days=4))
    told = TODAY + timedelta(days=2)
    OrderPromise.objects.create(order=slipped, promised_on=told, announced_on=told, told_on=told)
    make_order([(product, 1)], customer=ben, status="shipped", closed_at=NOW)

    make()

    row = CustomerBacklog.objects.get()
    assert (row.customer, row.open_orders, row.open_value_minor) == (ann, 3, 1000)
    assert (row.late_orders, row.held_orders, row.untold_orders) == (1, 1, 1)
    assert row.oldest_at == late.placed_at


def test_what_comes_and_who_waits_is_counted_by_supplier() -> None:
    product = make_product(unit_price="2.50")
    make_stock(product, on_hand=0)
    good, late = make_supplier("GOOD"), make_supplier("LATE")
    make_purchase_order([(product, 30)], supplier=good, expected_on=TODAY + timedelta(days=3))
    make_purchase_order([(make_product(), 5)], supplier=late, expected_on=TODAY - timedelta(days=4))
    make_purchase_order([(make_product(), 7)], supplier=late, expected_on=TODAY + timedelta(days=9))
    make_purchase_order([(make_product(), 9)], supplier=make_supplier(), status="cancelled")
    make_order([(product, 4)])
    make_order([(product, 6)])
    replan(product_ids=None, cause="test", now=NOW)

    make()

    rows = {row.supplier_id: row for row in SupplierBacklog.objects.all()}
    assert set(rows) == {good.pk, late.pk}
    assert (rows[good.pk].waiting_orders, rows[good.pk].waiting_value_minor) == (2, 2500)
    assert (rows[good.pk].outstanding_units, rows[good.pk].late_purchases) == (30, 0)
    figures = rows[late.pk]
    assert (figures.open_purchases, figures.late_purchases, figures.outstanding_units) == (2, 1, 12)
    assert (figures.silent_since, figures.next_on) == (TODAY - timedelta(days=4), TODAY + timedelta(days=9))
    assert figures.waiting_orders == 0


def test_figures_that_say_the_same_are_not_written_and_what_is_gone_goes() -> None:
    order = make_order([(make_product(), 1)])
    make_order_plan(order, open_value_minor=500)
    purchase = make_purchase_order([(make_product(), 5)])

    assert make() == 2
    assert make() == 0
    order.plan.delete()
    PurchaseOrder.objects.filter(pk=purchase.pk).update(status="received")
    assert make() == 2
    assert not CustomerBacklog.objects.exists()
    assert not SupplierBacklog.objects.exists()


def test_they_are_made_when_a_plan_ran_when_a_minute_passed_and_when_the_day_turned() -> None:
    order = make_order([(make_product(), 1)])
    replan(product_ids=None, cause="test", now=NOW)

    assert keep_party_backlogs(now=NOW) == 1
    made = BacklogFigures.objects.get()
    order.plan.delete()
    assert keep_party_backlogs(now=NOW + timedelta(seconds=50)) == 0
    assert BacklogFigures.objects.get().at == made.at
    assert keep_party_backlogs(now=NOW + timedelta(seconds=61)) == 1

    replan(product_ids=None, cause="test", now=NOW)
    assert keep_party_backlogs(now=NOW + timedelta(seconds=70)) == 1
    CustomerBacklog.objects.all().delete()
    BacklogFigures.objects.update(at=NOW.replace(hour=23, minute=59))
    assert keep_party_backlogs(now=NOW.replace(hour=0, minute=0, second=5) + timedelta(days=1)) == 1


def test_after_a_dear_pass_the_next_one_waits_even_when_a_plan_ran() -> None:
    replan(product_ids=None, cause="test", now=NOW)
    keep_party_backlogs(now=NOW)
    BacklogFigures.objects.update(seconds=2.0)
    make_order_plan(make_order([(make_product(), 1)]))
    PlanRun.objects.create(kind="event", status="done")

    assert keep_party_backlogs(now=NOW + timedelta(seconds=39)) == 0
    assert keep_party_backlogs(now=NOW + timedelta(seconds=41)) == 1


def test_a_pass_costs_as_many_queries_whatever_there_is(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    product = make_product()
    for _ in range(20):
        make_order_plan(make_order([(product, 1)]), open_value_minor=1)

    with django_assert_max_num_queries(12):
        make()


def test_a_hold_shows_a_minute_later_without_a_plan() -> None:
    order = make_order([(make_product(), 1)])
    make_order_plan(order)
    keep_party_backlogs(now=NOW)
    hold(order.ref, kind=HoldKind.CREDIT, reason="", actor=None, now=NOW)

    keep_party_backlogs(now=NOW + timedelta(minutes=2))

    assert CustomerBacklog.objects.get().held_orders == 1
