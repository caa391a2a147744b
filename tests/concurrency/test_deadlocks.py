"""Fifty verbs at once on three products: bounded time, no deadlock, no counter out of step."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from inventory.models import PurchaseOrder, StockLevel
from inventory.purchasing import redate_purchase_order
from inventory.receiving import ReceivedLine, receive_purchase_order, receive_stock
from kernel.transactions import sqlstate
from orders.entry.intake import CustomerIn, LineIn, OrderIn, take_in
from orders.handling.lifecycle import cancel_line, cancel_order, expedite, hold, release
from orders.handling.pinning import pin, unpin
from orders.handling.shipping import ship
from orders.stock_corrections import adjust_stock, count_stock, transfer_stock
from tests.concurrency.race import PATIENCE_S, race
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_warehouse
from tests.factories.orders import allocate, make_line, make_order

SKUS = ["A", "B", "C"]
REFS = [f"SO-{number}" for number in range(8)]
VERBS = 50
BOUND_S = 30
DEADLOCK = "40P01"


@pytest.fixture
def shop(transactional_db: None) -> str:
    """Three products in two warehouses, eight orders for all of them in changing order, one purchase order."""
    products = [make_product(sku) for sku in SKUS]
    for product in products:
        make_stock(product, on_hand=30)
        make_stock(product, make_warehouse("NORTH"), on_hand=10)
    for number, ref in enumerate(REFS):
        turned = products[number % 3 :] + products[: number % 3]
        order = make_order([(product, 5) for product in turned], ref=ref)
        for position in (1, 2, 3):
            allocate(make_line(order, position), 3)
    return make_purchase_order([(product, 50) for product in products]).ref


def any_verb(choose: random.Random, number: int, po: str) -> Callable[[], object]:
    ref, sku, position = choose.choice(REFS), choose.choice(SKUS), choose.randint(1, 3)
    place, qty = choose.choice(["MAIN", "NORTH"]), choose.randint(1, 4)
    by = {"actor": None, "now": NOW}
    incoming = OrderIn("shop", f"R-{number}", CustomerIn(f"C-{number % 3}"), [LineIn(s, qty) for s in SKUS])
    return choose.choice(
        [
            partial(receive_stock, sku=sku, warehouse_code=place, qty=qty, **by),
            partial(receive_purchase_order, po, lines=[ReceivedLine(qty, position=p) for p in (3, 1, 2)], **by),
            partial(redate_purchase_order, po, expected_on=TODAY, **by),
            partial(adjust_stock, sku=sku, warehouse_code=place, qty_delta=-qty, reason="broken", **by),
            partial(count_stock, sku=sku, warehouse_code=place, counted=qty * 5, **by),
            partial(transfer_stock, sku=sku, from_code="MAIN", to_code="NORTH", qty=qty, **by),
            partial(transfer_stock, sku=sku, from_code="NORTH", to_code="MAIN", qty=qty, **by),
            partial(hold, ref, kind="credit", **by),
            partial(release, ref, **by),
            partial(cancel_line, ref, position=position, qty=qty, reason="", **by),
            partial(cancel_order, ref, reason="", **by),
            partial(expedite, ref, **by),
            partial(pin, ref, position=position, warehouse_code=place, qty=qty, **by),
            partial(unpin, ref, position=position, warehouse_code=place, qty=qty, **by),
            partial(ship, ref, **by),
            partial(take_in, incoming, **by),
        ]
    )


@pytest.mark.parametrize("seed", range(4))
def test_any_verbs_at_once_end_in_time_without_a_deadlock(shop: str, seed: int, unguarded_retries: None) -> None:
    choose = random.Random(seed)
    started = time.monotonic()

    results = race([any_verb(choose, number, shop) for number in range(VERBS)])

    assert time.monotonic() - started < BOUND_S
    assert any(result.refusal is None for result in results)
    for level in StockLevel.objects.all():
        assert 0 <= level.reserved <= level.on_hand
    assert PurchaseOrder.objects.get().ref == shop


@pytest.mark.breaks_counters
def test_two_that_lock_levels_in_opposite_order_do_deadlock(shop: str) -> None:
    both_hold_one = threading.Barrier(2, timeout=PATIENCE_S)

    def lock_in_order(keys: list[int]) -> str | None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL deadlock_timeout = '50ms'")
                StockLevel.objects.select_for_update().get(pk=keys[0])
                both_hold_one.wait()
                StockLevel.objects.select_for_update().get(pk=keys[1])
        except OperationalError as error:
            return sqlstate(error)
        return None

    keys = list(StockLevel.objects.order_by("pk").values_list("pk", flat=True)[:2])
    results = race([partial(lock_in_order, keys), partial(lock_in_order, keys[::-1])])

    assert DEADLOCK in {result.value for result in results}
