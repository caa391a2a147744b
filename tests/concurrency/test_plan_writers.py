"""What shares nothing is written side by side: chunks of a long full run, and runs of two workers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from inventory.models import Product
from orders.integrity import count_unplanned
from orders.models import OrderLine, OrderPlan, PlanRun
from orders.planning.types import Ints
from orders.replan import replan
from orders.replanning import chunks, rollup, side_by_side, writers
from tests.concurrency.race import PATIENCE_S, race
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order

ORDERS = 12


@pytest.fixture(autouse=True)
def _long_backlog(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders of two products each, in chunks so small that there are several of lines and several of orders."""
    monkeypatch.setattr(chunks, "CHUNK_LINES", 3)
    monkeypatch.setattr(rollup, "_BLOCK", 2)
    products = [make_product() for _ in range(ORDERS)]
    for product in products:
        make_stock(product, on_hand=2)
    for place in range(ORDERS):
        make_order([(products[place], 1), (products[place - 1], 2)])


def full_run() -> PlanRun:
    return replan(product_ids=None, cause="test", now=NOW, quiet=True)


@pytest.mark.parametrize("lock", ["lock_pools", "lock_orders"])
def test_two_chunks_of_a_stage_hold_their_locks_at_the_same_time(lock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, lock, meeting(getattr(chunks, lock)))

    run = full_run()

    assert run.counts["line_plans"] == 2 * ORDERS
    assert OrderPlan.objects.count() == run.counts["order_plans"] == ORDERS
    assert count_unplanned() == 0
    assert full_run().counts["rows_written"] == 0


@pytest.mark.parametrize("lock", ["lock_pools", "lock_orders"])
def test_two_workers_on_separate_products_do_not_wait_for_each_other(
    lock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = list(Product.objects.order_by("pk"))
    monkeypatch.setattr(chunks, lock, meeting(getattr(chunks, lock)))

    race([partial(replan, product_ids=[products[place].pk], cause="test", now=NOW) for place in (0, ORDERS // 2)])

    assert PlanRun.objects.filter(status="done").count() == 2
    assert OrderPlan.objects.count() == 4

    full_run()  # the rest, so that everything adds up

    assert count_unplanned() == 0


def test_orders_are_rolled_up_only_when_all_lines_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[str] = []
    for lock in ("lock_pools", "lock_orders"):
        monkeypatch.setattr(chunks, lock, noting(entered, lock, getattr(chunks, lock)))

    full_run()

    assert entered == sorted(entered, reverse=True)
    assert set(entered) == {"lock_pools", "lock_orders"}


def test_an_error_of_one_writer_stops_all_and_the_next_run_finishes(monkeypatch: pytest.MonkeyPatch) -> None:
    write, tried = writers.write_chunk, []

    def fail_on_the_third(*args: Any, **kwargs: Any) -> Any:
        tried.append(args)
        if len(tried) == 3:
            raise RuntimeError("disk full")
        return write(*args, **kwargs)

    monkeypatch.setattr(writers, "write_chunk", fail_on_the_third)
    with pytest.raises(RuntimeError, match="disk full"):
        full_run()
    monkeypatch.setattr(writers, "write_chunk", write)

    failed = PlanRun.objects.get()
    assert failed.status == "failed"
    assert failed.counts["lines"] == OrderLine.objects.filter(open_qty__gt=0).count()
    assert len(tried) <= 2 + side_by_side.WRITERS
    assert not OrderPlan.objects.exists()

    full_run()

    assert OrderPlan.objects.count() == ORDERS
    assert count_unplanned() == 0


def meeting(lock: Callable[[Ints], None]) -> Callable[[Ints], None]:
    """Let the first two callers wait for each other with what they locked; alone, the first would wait for ever."""
    both, calls = threading.Barrier(2, timeout=PATIENCE_S / 6), iter(range(2))

    def locked(keys: Ints) -> None:
        lock(keys)
        if next(calls, None) is not None:
            both.wait()

    return locked


def noting(entered: list[str], name: str, lock: Callable[[Ints], None]) -> Callable[[Ints], None]:
    def noted(keys: Ints) -> None:
        entered.append(name)
        lock(keys)

    return noted
