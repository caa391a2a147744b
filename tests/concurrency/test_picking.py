"""Picks that meet: units are picked and counted once."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from django.db import transaction
from django.db.models import Sum

from inventory.models import StockLevel
from orders.handling.picking import pick, unpick
from orders.handling.shipping import ship
from orders.models import Allocation, AllocationState, Order, PickRecord, Shipment
from tests.concurrency.race import PATIENCE_S, granted, race, race_same
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_line, make_order


@pytest.fixture
def order(transactional_db: None) -> Order:
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=10)
    order = make_order([(lamp, 8)], ref="SO-1")
    allocate(make_line(order), 8)
    return order


def counted() -> int:
    return PickRecord.objects.aggregate(units=Sum("qty"))["units"] or 0


def test_units_are_picked_and_counted_once_however_often_it_is_asked(order: Order) -> None:
    results = race_same(8, pick, "SO-1", actor=None, now=NOW)

    assert granted(results) == 1
    assert list(Allocation.objects.values_list("state", "qty")) == [(AllocationState.PICKED, 8)]
    assert counted() == 8
    assert StockLevel.objects.get().reserved == 8


@pytest.mark.breaks_counters
def test_without_the_order_lock_they_are_counted_twice(order: Order) -> None:
    both_have_read = threading.Barrier(2, timeout=PATIENCE_S)

    def pick_naively() -> None:
        with transaction.atomic():
            claim = Allocation.objects.get(state=AllocationState.PLANNED)
            both_have_read.wait()
            PickRecord.objects.create(line_id=claim.line_id, warehouse_id=claim.warehouse_id, qty=claim.qty, at=NOW)
            Allocation.objects.filter(line_id=claim.line_id).update(state=AllocationState.PICKED)

    race_same(2, pick_naively)

    assert counted() == 16


def test_a_pick_meets_a_shipment_and_nothing_is_counted_twice(order: Order) -> None:
    pick_it = partial(pick, "SO-1", actor=None, now=NOW)
    put_back = partial(unpick, "SO-1", actor=None, now=NOW)
    ship_it = partial(ship, "SO-1", actor=None, now=NOW)

    race([pick_it, ship_it, put_back])

    assert Shipment.objects.count() == 1
    assert counted() == 8
    assert (StockLevel.objects.get().on_hand, StockLevel.objects.get().reserved) == (2, 0)
