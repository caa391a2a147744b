"""Units on hand are never granted twice, and it is the lock that does it."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from django.db import transaction

from inventory.models import StockLevel
from kernel.errors import Conflict
from orders.handling.pinning import pin
from orders.models import Allocation, AllocationState, Order
from tests.concurrency.race import PATIENCE_S, granted, race
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_line, make_order

THREADS = 20
UNITS = 10


@pytest.fixture
def refs(transactional_db: None) -> list[str]:
    """Twenty orders for one lamp each, and ten lamps."""
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=UNITS)
    return [make_order([(lamp, 1)], ref=f"SO-{number}").ref for number in range(THREADS)]


def test_twenty_threads_claiming_ten_units_are_granted_exactly_ten(refs: list[str]) -> None:
    claims = [partial(pin, ref, position=1, warehouse_code="MAIN", qty=1, actor=None, now=NOW) for ref in refs]

    results = race(claims)

    assert granted(results) == UNITS
    assert {type(result.refusal) for result in results if result.refusal} == {Conflict}
    assert StockLevel.objects.get().reserved == UNITS
    assert Allocation.objects.count() == UNITS


@pytest.mark.breaks_counters
def test_without_the_lock_more_than_ten_are_granted(refs: list[str]) -> None:
    everybody_has_read = threading.Barrier(THREADS, timeout=PATIENCE_S)

    def claim_naively(ref: str) -> None:
        with transaction.atomic():
            level = StockLevel.objects.get()
            everybody_has_read.wait()
            if level.on_hand - level.reserved < 1:
                raise Conflict("No unit is free.")
            level.reserved += 1
            level.save(update_fields=["reserved"])
            line = make_line(Order.objects.get(ref=ref))
            Allocation.objects.create(
                line=line, warehouse=level.warehouse, product=line.product, state=AllocationState.PINNED, qty=1
            )

    results = race([partial(claim_naively, ref) for ref in refs])

    assert granted(results) > UNITS
    assert Allocation.objects.count() > StockLevel.objects.get().on_hand
