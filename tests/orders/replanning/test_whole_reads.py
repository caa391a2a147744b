"""What a full run reads is joined: a list looked up for each order is read anew each time once it outgrows memory."""

from __future__ import annotations

import gc

import pytest
from django.db import connection

from orders.handling.terms import change_order_terms
from orders.models import OrderLine
from orders.replan import replan
from orders.replanning import bulk, draft, shared_reads
from orders.replanning.asking import Asking
from orders.replanning.side_by_side import second_connection
from tests.factories import NOW
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import make_order
from tests.orders.replanning.dividing import drafted
from tests.orders.replanning.worlds import make_world

pytestmark = pytest.mark.django_db


def test_no_read_of_the_whole_backlog_looks_up_a_list_for_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    product = make_product()
    make_stock(product, on_hand=4)
    make_purchase_order([(product, 5)])
    make_order([(product, 3)])
    read: list[str] = []

    def watched(query: str, params: object, types: bulk.Types, *, gathered: bool = False) -> bulk.Columns:
        with connection.cursor() as cursor:
            read.append(cursor.mogrify(query, params).decode() if params else query)
        return copy_out(query, params, types, gathered=gathered)

    copy_out = bulk.copy_out
    for module in ("asking", "attributes", "terms"):
        monkeypatch.setattr(f"orders.replanning.{module}.copy_out", watched)
    replan(product_ids=None, cause="test", now=NOW)

    assert any("FROM orders_order o" in query for query in read)
    for query in read:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (VERBOSE) {query}")
            plan = "\n".join(row for (row,) in cursor.fetchall())
        assert "hashed SubPlan" not in plan, f"{query}\n{plan}"


def test_a_long_backlog_is_read_like_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    make_world(3)
    replan(product_ids=None, cause="test", now=NOW)
    short = drafted(None)
    monkeypatch.setattr(draft, "is_long", lambda table: True)

    long = drafted(None)

    assert long.inputs_hash() == short.inputs_hash()
    assert long.changes.rows == short.changes.rows == 0


def test_what_other_tables_say_of_orders_is_read_alike_for_all_and_for_few() -> None:
    product = make_product()
    make_stock(product, on_hand=1)
    plain = make_order([(product, 3)], ship_policy="one_backorder")
    begun = make_order([(product, 3), (product, 3)], ship_policy="one_backorder")
    held = make_order([(product, 3)], held="manual")
    asking = make_order([(product, 3)])
    OrderLine.objects.filter(order=begun, position=1).update(shipped_qty=3)
    change_order_terms(asking.ref, max_sources=1, actor=None, now=NOW)

    for products in (None, [product]):
        backlog = drafted(products).inputs.backlog
        of = {order: backlog.order_id == order.pk for order in (plain, begun, held, asking)}
        assert [bool(backlog.has_shipped[rows].all()) for rows in of.values()] == [False, True, False, False]
        assert [bool(backlog.on_hold[rows].all()) for rows in of.values()] == [False, False, True, False]
        assert [int(backlog.ship_policy[rows][0]) for rows in of.values()] == [2, 2, 0, 3]


@pytest.mark.django_db(transaction=True)
def test_what_was_read_goes_at_once_and_not_when_circles_are_looked_for() -> None:
    make_world(3)
    gc.collect()
    gc.disable()
    try:
        with second_connection():
            found = drafted(None)
        kept = [each for each in gc.get_objects() if type(each) in (Asking, shared_reads._Shared)]
    finally:
        gc.enable()

    assert len(found.plan.line_id)
    assert kept == []
