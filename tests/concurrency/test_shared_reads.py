"""Two connections read one state: what commits after the snapshot is seen by neither."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from threading import Event

import pytest
from django.db import DataError, connection, transaction

from orders.models import Order
from orders.replan import replan
from orders.replanning import shared_reads as module
from orders.replanning import side_by_side
from orders.replanning.shared_reads import shared_reads
from orders.replanning.snapshot import snapshot
from tests.concurrency.race import race
from tests.factories import NOW
from tests.faults.processes import wait_until
from tests.orders.replanning.worlds import make_world, stored_plan


@pytest.fixture(autouse=True)
def _every_table_is_long(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    _count_as_long(monkeypatch, -1)
    yield
    replan(product_ids=None, cause="test", now=NOW)  # every order is planned in the end, as everywhere here


def _count_as_long(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    for reader in (module, side_by_side):
        monkeypatch.setattr(reader, "LONG", rows)


def pid_and_orders() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0], Order.objects.count()


def test_the_other_connection_sees_what_the_snapshot_sees() -> None:
    make_world(1)
    mine, before = pid_and_orders()

    with snapshot():
        assert Order.objects.count() == before
        race([partial(make_world, 2)])
        with shared_reads(table="orders_order") as reads:
            read = reads.begin(pid_and_orders)  # nobody wants it before the block ends, so it is the other's
    other, seen = read()

    assert other != mine
    assert seen == before
    assert Order.objects.count() == 2 * before


def test_without_the_snapshots_name_it_would_see_what_was_committed_since(monkeypatch: pytest.MonkeyPatch) -> None:
    make_world(1)
    before = Order.objects.count()
    monkeypatch.setattr(module._Shared, "_join", lambda self: None)

    with snapshot():
        assert Order.objects.count() == before
        race([partial(make_world, 2)])
        with shared_reads(table="orders_order") as reads:
            read = reads.begin(pid_and_orders)

    assert read()[1] > before


def test_what_the_other_connection_has_not_begun_is_read_here_when_it_is_wanted() -> None:
    mine, _ = pid_and_orders()
    wanted, goes_on = Event(), Event()

    def long() -> int:
        wanted.set()
        assert goes_on.wait(timeout=30)
        return pid_and_orders()[0]

    with snapshot(), shared_reads(table="orders_order") as reads:
        first, second = reads.begin(long), reads.begin(pid_and_orders)
        assert wanted.wait(timeout=30)
        assert second()[0] == mine
        goes_on.set()
    assert first() != mine


def test_who_waits_does_others_meanwhile_but_none_that_may_wait() -> None:
    mine, _ = pid_and_orders()
    begun, goes_on = Event(), Event()

    def long() -> int:
        begun.set()
        assert goes_on.wait(timeout=30)
        return pid_and_orders()[0]

    def short() -> int:
        goes_on.set()
        return pid_and_orders()[0]

    with snapshot(), shared_reads(table="orders_order") as reads:
        first, later, other = reads.begin(long), reads.begin_later(pid_and_orders), reads.begin(short)
        assert begun.wait(timeout=30)
        assert first() != mine  # which ends once the short one is done, here
        assert other() == mine
    assert later()[0] != mine


def test_each_read_is_done_once() -> None:
    done: list[int] = []
    with snapshot(), shared_reads(table="orders_order") as reads:
        begun = [reads.begin(partial(done.append, number)) for number in range(20)]
        for read in (*begun[::3], *begun, *begun):
            read()

    assert sorted(done) == list(range(20))


def test_an_error_of_a_read_is_raised_where_its_answer_is_wanted() -> None:
    with snapshot(), shared_reads(table="orders_order") as reads:
        read, left = reads.begin(lambda: 1 // 0), reads.begin(lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            read()

    with pytest.raises(ZeroDivisionError):
        left()


def test_the_other_connection_lets_go_of_the_snapshot_after_an_error_of_ours() -> None:
    def fail() -> None:
        with snapshot(), shared_reads(table="orders_order") as reads:
            reads.begin(pid_and_orders)
            raise LookupError

    with side_by_side.second_connection():
        with pytest.raises(LookupError):
            fail()
        with snapshot(), shared_reads(table="orders_order") as reads:
            read = reads.begin(pid_and_orders)
        other, _ = read()
        wait_until(lambda: not _in_transaction(other), "the second connection to end its transaction")


def test_where_the_snapshot_cannot_be_joined_nothing_is_read_of_another_state(monkeypatch: pytest.MonkeyPatch) -> None:
    def read() -> None:
        with snapshot(), shared_reads(table="orders_order") as reads:
            reads.begin(pid_and_orders)

    with monkeypatch.context() as broken:
        broken.setattr(module, "READ_ONLY", "SELECT 1 / 0")
        with pytest.raises(DataError, match="division by zero"):
            read()


def test_within_a_callers_transaction_one_connection_reads_all() -> None:
    mine, _ = pid_and_orders()

    with transaction.atomic(), snapshot():
        with shared_reads(table="orders_order") as reads:
            read = reads.begin(pid_and_orders)
        assert read()[0] == mine


def test_where_one_connection_reads_all_it_has_done_so_when_the_block_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    _count_as_long(monkeypatch, 1_000_000)
    make_world(1)
    before = Order.objects.count()

    with snapshot(), shared_reads(table="orders_order") as reads:
        read = reads.begin(pid_and_orders)
    race([partial(make_world, 2)])

    assert read()[1] == before


def test_a_run_reads_the_same_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    make_world(3)
    replan(product_ids=None, cause="test", now=NOW)
    planned = stored_plan()
    shared = replan(product_ids=None, cause="test", now=NOW)
    _count_as_long(monkeypatch, 1_000_000)

    alone = replan(product_ids=None, cause="test", now=NOW)

    assert alone.inputs_hash == shared.inputs_hash
    assert alone.counts["rows_written"] == shared.counts["rows_written"] == 0
    assert stored_plan() == planned


def test_a_run_keeps_one_second_connection_and_lets_go_of_it() -> None:
    make_world(1)

    with side_by_side.second_connection():
        pids = {_pid_beside()}
        with side_by_side.second_connection():
            pids.add(_pid_beside())
        assert _backends(pids) == len(pids) == 1

    wait_until(lambda: _backends(pids) == 0, "the second connection to close")


@pytest.mark.usefixtures("_worker")
def test_a_worker_keeps_its_second_connection_from_run_to_run() -> None:
    make_world(1)

    replan(product_ids=None, cause="test", now=NOW)
    first = _pid_beside()
    replan(product_ids=None, cause="test", now=NOW)

    assert _pid_beside() == first


@pytest.mark.usefixtures("_worker")
def test_a_worker_whose_second_connection_broke_opens_another() -> None:
    make_world(1)
    first = _pid_beside()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])

    run = replan(product_ids=None, cause="test", now=NOW)

    assert run.status == "done"
    assert _pid_beside() != first


@pytest.fixture
def _worker() -> Iterator[None]:
    token = side_by_side.keep_second_connection()
    yield
    others = side_by_side._kept.get()
    assert others is not None
    others.submit(lambda: connection.close()).result()  # its own
    others.shutdown()
    side_by_side._kept.reset(token)


def _pid_beside() -> int:
    with side_by_side.second_connection(), snapshot(), shared_reads(table="orders_order") as reads:
        read = reads.begin(pid_and_orders)
    return read()[0]


def _backends(pids: set[int]) -> int:
    return _count("pid = ANY(%s)", list(pids))


def _in_transaction(pid: int) -> int:
    return _count("pid = %s AND xact_start IS NOT NULL", pid)


def _count(condition: str, value: int | list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {condition}", [value])
        return int(cursor.fetchone()[0])
