"""Fifty verbs at once on three products: bounded time, no deadlock, no counter out of step."""

from __future__ import annotations

import random
import threading
import time
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from inventory.models import PurchaseOrder, StockLevel
from kernel.transactions import sqlstate
from tests.concurrency.race import PATIENCE_S, race
from tests.concurrency.shop import DEADLOCK, any_verb

VERBS = 50
BOUND_S = 30


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
