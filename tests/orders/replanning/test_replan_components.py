"""A run on what an event touched equals a run on everything, and writes only what differs."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import connection

from inventory.models import Product, StockLevel
from orders.integrity import check
from orders.models import Allocation, LinePlan, OrderLine, OrderPlan
from orders.replan import replan
from orders.replanning.components import close_over
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_line, make_order
from tests.orders.replanning.worlds import full, make_world, stored_plan

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(12))
def test_an_event_run_equals_the_full_run(seed: int) -> None:
    products = make_world(seed)
    full()
    changed = random.Random(seed).choice(products)
    StockLevel.objects.filter(product=changed, warehouse__code="A").update(on_hand=20)
    OrderLine.objects.filter(product=changed).update(ordered_qty=4)

    # As the verbs do: whoever changes a line marks every open product of its order, whose value it changes.
    touched = OrderLine.objects.filter(order__lines__product=changed).values_list("product_id", flat=True)

    replan(product_ids=[changed.pk, *touched], cause="test", now=NOW)

    after_event = stored_plan()
    assert full()["rows_written"] == 0
    assert stored_plan() == after_event
    assert [drift for drift in check() if "movement" not in str(drift).lower()] == []


def test_only_rows_that_differ_are_written() -> None:
    product, other = make_product(), make_product()
    make_stock(product, on_hand=4)
    make_stock(other, on_hand=4)
    for _ in range(3):
        make_order([(product, 2), (other, 1)])
    full()
    StockLevel.objects.filter(product=product).update(on_hand=5)

    run = replan(product_ids=[product.pk], cause="test", now=NOW)

    assert run.counts["lines"] == 3
    assert {name: run.counts.get(name) for name in ("line_plans", "allocations", "stock_levels", "order_plans")} == {
        "line_plans": 1,
        "allocations": 1,
        "stock_levels": 1,
        "order_plans": 1,
    }
    assert run.counts["rows_written"] == 4


def test_the_closure_follows_orders_that_ship_together_and_no_others() -> None:
    first, second, third, fourth, fifth = (make_product() for _ in range(5))
    make_order([(first, 1), (second, 1)], ship_policy="complete")
    make_order([(second, 1), (third, 1)], ship_policy="one_backorder")
    make_order([(third, 1), (fourth, 1)])
    make_order([(third, 1), (fifth, 1)], ship_policy="complete", held="credit")

    assert close_over([first.pk]).product_ids == (first.pk, second.pk, third.pk)
    assert close_over([fourth.pk]).product_ids == (fourth.pk,)


def test_an_order_counts_its_lines_in_other_components() -> None:
    here, there = make_product(), make_product()
    make_stock(here, on_hand=1)
    make_stock(there, on_hand=1)
    order = make_order([(here, 1), (there, 1)])
    full()
    StockLevel.objects.filter(product=here).update(on_hand=0, reserved=0)
    Allocation.objects.filter(product=here).delete()

    replan(product_ids=[here.pk], cause="test", now=NOW)

    plan = OrderPlan.objects.get(order=order)
    assert (plan.open_lines, plan.short_lines, plan.open_units, plan.short_units) == (2, 1, 2, 1)


def test_plans_of_closed_lines_and_orders_go() -> None:
    product = make_product()
    make_stock(product, on_hand=1)
    order = make_order([(product, 1)])
    full()
    line = make_line(order)
    OrderLine.objects.filter(pk=line.pk).update(cancelled_qty=1)

    replan(product_ids=[product.pk], cause="test", now=NOW)

    assert not LinePlan.objects.exists()
    assert not OrderPlan.objects.exists()
    assert not Allocation.objects.exists()
    assert StockLevel.objects.get().reserved == 0


def test_a_dry_run_writes_nothing() -> None:
    product = make_product()
    make_stock(product, on_hand=1)
    make_order([(product, 1)])

    run = replan(product_ids=None, cause="test", now=NOW, dry_run=True)

    assert run.counts["rows_to_write"] == 2
    assert run.pk is None
    assert not LinePlan.objects.exists()


def test_the_row_count_of_a_run_does_not_grow_with_its_queries() -> None:
    product = make_product()
    make_stock(product, on_hand=100)
    make_order([(product, 1)])
    full()
    few = _queries(product)
    for _ in range(20):
        make_order([(product, 1)])

    assert _queries(product) == few


def _queries(product: Product) -> int:
    StockLevel.objects.update(on_hand=100)
    make_order([(product, 1)])
    with connection.execute_wrapper(_count) as _:
        _SEEN.clear()
        replan(product_ids=[product.pk], cause="test", now=NOW)
    return len(_SEEN)


_SEEN: list[str] = []


def _count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    _SEEN.append(sql)
    return execute(sql, params, many, context)
