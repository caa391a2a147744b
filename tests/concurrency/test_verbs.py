"""Verbs that meet on one order or one stock level: each pair does what one after the other would have done."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from django.db import transaction

from inventory.models import Product, StockLevel, StockMovement
from inventory.receiving import receive_stock
from notifications.models import Fact
from orders.entry.intake import CustomerIn, LineIn, OrderIn, take_in
from orders.handling.lifecycle import cancel_order, hold
from orders.handling.shipping import ship
from orders.models import Customer, Order, OrderLine, OrderStatus, Shipment
from orders.stock_corrections import adjust_stock
from tests.concurrency.race import PATIENCE_S, granted, race, race_same
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_customer, make_line, make_order, make_user


@pytest.fixture
def lamp(transactional_db: None) -> Product:
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=10)
    return lamp


@pytest.fixture
def order(lamp: Product) -> Order:
    """An order for 8 lamps with all of them allocated."""
    order = make_order([(lamp, 8)], ref="SO-1")
    allocate(make_line(order), 8)
    return order


def test_an_order_ships_once_however_often_it_is_asked(order: Order) -> None:
    results = race_same(8, ship, "SO-1", actor=None, now=NOW)

    assert granted(results) == 1
    assert Shipment.objects.count() == 1
    assert StockLevel.objects.get().on_hand == 2
    assert Fact.objects.filter(kind="orders.shipped").count() == 1


@pytest.mark.breaks_counters
def test_without_the_order_lock_it_ships_twice(order: Order) -> None:
    both_have_read = threading.Barrier(2, timeout=PATIENCE_S)

    def ship_naively() -> None:
        with transaction.atomic():
            line = OrderLine.objects.get(order__ref="SO-1")
            both_have_read.wait()
            assert line.open_qty == 8
            line.shipped_qty = 8
            line.save(update_fields=["shipped_qty"])
            shipment = Shipment.objects.create(order_id=line.order_id)
            shipment.lines.create(line=line, warehouse=StockLevel.objects.get().warehouse, qty=8)

    assert granted(race_same(2, ship_naively)) == 2
    assert Shipment.objects.count() == 2


@pytest.mark.parametrize("turn", range(5))
def test_an_order_is_shipped_or_cancelled_never_both(order: Order, turn: int) -> None:
    results = race(
        [
            partial(ship, "SO-1", actor=None, now=NOW),
            partial(cancel_order, "SO-1", reason="", actor=None, now=NOW),
        ]
    )

    assert granted(results) == 1
    order.refresh_from_db()
    was_shipped = order.status == OrderStatus.SHIPPED
    assert StockLevel.objects.get().on_hand == (2 if was_shipped else 10)
    assert StockLevel.objects.get().reserved == 0


@pytest.mark.parametrize("turn", range(5))
def test_an_order_that_is_held_while_it_ships_either_leaves_or_stays(order: Order, turn: int) -> None:
    shipped, _ = race(
        [
            partial(ship, "SO-1", actor=None, now=NOW),
            partial(hold, "SO-1", kind="credit", actor=None, now=NOW),
        ]
    )

    assert Shipment.objects.count() == (shipped.refusal is None)
    assert StockLevel.objects.get().reserved == 0


def test_units_that_come_and_units_that_go_are_all_counted(order: Order) -> None:
    comes = partial(receive_stock, sku="LAMP", warehouse_code="MAIN", qty=3, actor=None, now=NOW)
    goes = partial(adjust_stock, sku="LAMP", warehouse_code="MAIN", qty_delta=-1, reason="broken", actor=None, now=NOW)

    results = race([comes, goes] * 8)

    assert granted(results) == 16
    assert StockLevel.objects.get().on_hand == 10 + 8 * 3 - 8
    assert StockMovement.objects.count() == 17


@pytest.mark.breaks_counters
def test_without_the_conditional_update_units_get_lost(lamp: Product) -> None:
    everybody_has_read = threading.Barrier(4, timeout=PATIENCE_S)

    def receive_naively() -> None:
        with transaction.atomic():
            level = StockLevel.objects.get()
            everybody_has_read.wait()
            level.on_hand += 3
            level.save(update_fields=["on_hand"])

    race_same(4, receive_naively)

    assert StockLevel.objects.get().on_hand < 10 + 4 * 3


def test_one_order_sent_twenty_times_at_once_comes_in_once(lamp: Product) -> None:
    incoming = OrderIn("shop", "A-1", CustomerIn("C-1", name="Anna"), [LineIn("LAMP", 3)])

    results = race_same(20, take_in, incoming, actor=None, now=NOW)

    assert granted(results) == 20
    assert len({result.value[0].pk for result in results}) == 1
    assert sum(result.value[1] for result in results) == 1
    assert Order.objects.count() == Customer.objects.count() == Fact.objects.count() == 1
    assert OrderLine.objects.count() == 1


@pytest.mark.breaks_counters
def test_without_the_unique_name_it_comes_in_more_than_once(lamp: Product) -> None:
    customer = make_customer()
    everybody_has_looked = threading.Barrier(4, timeout=PATIENCE_S)

    def take_in_naively(number: int) -> None:
        with transaction.atomic():
            if not Order.objects.filter(ship_to="A-1").exists():
                everybody_has_looked.wait()
                Order.objects.create(ref=f"SO-{number}", channel="shop", ship_to="A-1", customer=customer)

    race([partial(take_in_naively, number) for number in range(4)])

    assert Order.objects.filter(ship_to="A-1").count() == 4


def test_of_two_people_who_saw_the_same_version_the_second_is_told(order: Order) -> None:
    users = [make_user("ops"), make_user("ops")]

    results = race(
        [
            partial(hold, "SO-1", kind=kind, actor=user, now=NOW, version=1)
            for kind, user in zip(("credit", "address"), users, strict=True)
        ]
    )

    assert granted(results) == 1
    [refusal] = [result.refusal for result in results if result.refusal]
    assert refusal.code == "stale"
    assert "Ops put it on hold" in refusal.detail
    assert order.holds.count() == 1
