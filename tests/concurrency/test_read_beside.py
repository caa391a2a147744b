"""Two connections read one state: what commits after the snapshot is seen by neither."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from django.db import connection, transaction

from orders.models import Order
from orders.replan import replan
from orders.replanning import side_by_side
from orders.replanning import snapshot as module
from orders.replanning.snapshot import read_beside, snapshot
from tests.concurrency.race import race
from tests.factories import NOW
from tests.faults.processes import wait_until
from tests.orders.replanning.worlds import make_world, stored_plan


@pytest.fixture(autouse=True)
def _every_table_is_long(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for reader in (module, side_by_side):
        monkeypatch.setattr(reader, "LONG", -1)
    yield
    replan(product_ids=None, cause="test", now=NOW)  # every order is planned in the end, as everywhere here


def connections_and_orders() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0], Order.objects.count()


def test_the_other_connection_sees_what_the_snapshot_sees() -> None:
    make_world(1)
    mine, before = connections_and_orders()

    with snapshot():
        assert Order.objects.count() == before
        race([partial(make_world, 2)])
        with read_beside(connections_and_orders, table="orders_order") as read:
            other, seen = read()

    assert other != mine
    assert seen == before
    assert Order.objects.count() == 2 * before


def test_without_the_snapshots_name_it_would_see_what_was_committed_since(monkeypatch: pytest.MonkeyPatch) -> None:
    make_world(1)
    before = Order.objects.count()
    monkeypatch.setattr(module, "_read", lambda name, read: read())

    with snapshot():
        assert Order.objects.count() == before
        race([partial(make_world, 2)])
        with read_beside(connections_and_orders, table="orders_order") as read:
            assert read()[1] > before


def test_an_error_of_the_other_connection_is_raised_here() -> None:
    with snapshot(), read_beside(lambda: 1 // 0, table="orders_order") as read, pytest.raises(ZeroDivisionError):
        read()


def test_within_a_callers_transaction_one_connection_reads_all() -> None:
    mine, _ = connections_and_orders()

    with transaction.atomic(), snapshot(), read_beside(connections_and_orders, table="orders_order") as read:
        assert read()[0] == mine


def test_a_run_reads_the_same_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    make_world(3)
    replan(product_ids=None, cause="test", now=NOW)
    planned = stored_plan()
    beside = replan(product_ids=None, cause="test", now=NOW)
    for reader in (module, side_by_side):
        monkeypatch.setattr(reader, "LONG", 1_000_000)

    alone = replan(product_ids=None, cause="test", now=NOW)

    assert alone.inputs_hash == beside.inputs_hash
    assert alone.counts["rows_written"] == beside.counts["rows_written"] == 0
    assert stored_plan() == planned


def test_a_run_keeps_one_second_connection_and_lets_go_of_it() -> None:
    make_world(1)

    with side_by_side.second_connection(), snapshot():
        with read_beside(connections_and_orders, table="orders_order") as read:
            first, _ = read()
        with side_by_side.second_connection(), read_beside(connections_and_orders, table="orders_order") as read:
            assert read()[0] == first
        assert _backends([first]) == 1

    wait_until(lambda: _backends([first]) == 0, "the second connection to close")


def _backends(pids: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)", [pids])
        return int(cursor.fetchone()[0])
