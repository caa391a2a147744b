"""Figures over the whole backlog."""

from __future__ import annotations

import pytest
from django.db.models import F
from django.utils import timezone

from orders.models import OrderLine, OrderPlan, Reason
from orders.queries.board import line_fill_rate, totals_of_all
from tests.factories.inventory import make_product
from tests.factories.orders import make_order
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db


def test_the_fill_rate_counts_lines_that_are_shipped_or_have_all_their_units() -> None:
    product, today = make_product(), timezone.localdate()
    planned_order(reason=Reason.READY, product=product)
    planned_order(reason=Reason.STOCK_SHORT, product=product)
    make_order([(product, 1)])  # not planned yet, so nothing is there for it
    shipped, cancelled = make_order([(product, 1)]), make_order([(product, 1)])
    OrderLine.objects.filter(order=shipped).update(shipped_qty=F("ordered_qty"))
    OrderLine.objects.filter(order=cancelled).update(cancelled_qty=F("ordered_qty"))

    assert line_fill_rate(today) == 2 / 4


def test_there_is_no_fill_rate_without_lines() -> None:
    assert line_fill_rate(timezone.localdate()) is None


def test_an_order_counts_once_however_many_holds_it_has() -> None:
    twice = planned_order(slip_days=9, held="credit")
    twice.holds.create(kind="address", reason="", placed_at=timezone.now())
    planned_order(slip_days=9)

    found = totals_of_all(timezone.localdate())

    assert OrderPlan.objects.count() == found.open_orders == 2
    assert (found.counts["hold"], found.counts["late"], found.counts["untold"]) == (1, 1, 2)
    assert found.risk_value_minor == found.open_value_minor / 2
