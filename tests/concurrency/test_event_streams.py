"""Eight streams of events on the same products: each changes something and plans what is due, as the workers do."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from inventory.models import DirtyMark, Product
from kernel.errors import DomainError
from kernel.transactions import sqlstate
from orders.integrity import count_unplanned
from orders.models import PlanRun, PlanRunStatus
from orders.planning.types import Ints
from orders.replan import replan
from orders.replanning import chunks
from orders.replanning.queue import plan_due_marks
from orders.replanning.writes import lock_pools
from tests.concurrency.race import PATIENCE_S, race
from tests.concurrency.shop import DEADLOCK, any_verb

STREAMS = 8
EVENTS = 6  # of each stream


@pytest.mark.parametrize("seed", range(2))
def test_eight_streams_on_the_same_products_end_planned_and_adding_up(shop: str, seed: int) -> None:
    choose = random.Random(seed)
    replan(product_ids=None, cause="test", now=timezone.now())
    verbs = [any_verb(choose, number, shop) for number in range(STREAMS * EVENTS)]

    race([partial(stream, verbs[number::STREAMS]) for number in range(STREAMS)])
    while plan_due_marks(timezone.now) or DirtyMark.objects.exists():
        pass

    assert count_unplanned() == 0
    assert set(PlanRun.objects.values_list("status", flat=True)) == {PlanRunStatus.DONE}
    assert replan(product_ids=None, cause="test", now=timezone.now()).counts["rows_written"] == 0


def stream(events: Collection[Callable[[], object]]) -> None:
    for event in events:
        with suppress(DomainError):  # a refusal is an answer; a deadlock is not
            event()
        plan_due_marks(timezone.now)


@pytest.mark.breaks_counters
def test_planners_that_lock_pools_in_opposite_order_do_deadlock(
    shop: str, monkeypatch: pytest.MonkeyPatch, unguarded_retries: None
) -> None:
    monkeypatch.setattr(chunks, "lock_pools", in_opposite_order())

    assert sorted(map(str, plan_twice_at_once())) == [DEADLOCK, "None"]


def test_a_deadlock_of_planners_is_tried_again(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "lock_pools", in_opposite_order())

    assert plan_twice_at_once() == [None, None]
    assert set(PlanRun.objects.values_list("status", flat=True)) == {PlanRunStatus.DONE}
    while plan_due_marks(timezone.now):
        pass


def plan_twice_at_once() -> list[str | None]:
    """Let two runs plan all products, and return the SQLSTATE of which each died, None if it did not."""
    products = list(Product.objects.values_list("pk", flat=True))

    def run() -> str | None:
        try:
            replan(product_ids=products, cause="test", now=timezone.now())
        except OperationalError as error:
            return sqlstate(error)
        return None

    return [result.value for result in race([run, run])]


def in_opposite_order() -> Callable[[Ints], None]:
    """Lock the first pool, wait until the other planner has locked the last, then go for the rest; once each."""
    both_hold_one, calls = threading.Barrier(2, timeout=PATIENCE_S / 6), iter((1, -1))

    def lock(products: Ints) -> None:
        direction = next(calls, 0)
        if not direction:
            lock_pools(products)
            return
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '50ms'")
        first, *rest = (products[[place]] for place in range(len(products))[::direction])
        lock_pools(first)
        both_hold_one.wait()
        for product in rest:
            lock_pools(product)

    return lock
