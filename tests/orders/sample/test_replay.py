from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from inventory.models import MovementKind
from orders.sample.reading import Demand, read_demand
from orders.sample.replay import replay
from orders.sample.world import World
from tests.orders.sample.rows import row

START, DAYS = date(2011, 1, 3), 60
LAST = START + timedelta(days=DAYS)


def demand_of(*more: dict[str, str]) -> Demand:
    """Return two months: five products, a dozen customers, an order for each of them every few days."""
    rows = [
        row(
            InvoiceNo=f"5{day:03}{customer:02}",
            StockCode=f"2000{product}",
            Quantity=str(1 + (day * 7 + customer * 3 + product) % 30),
            InvoiceDate=f"{START + timedelta(days=day)} {8 + customer % 9:02}:00:00",
            CustomerID=str(15000 + customer),
        )
        for day in range(DAYS)
        for customer in range(12)
        for product in range(5)
        if (day + customer) % 3 == 0 and (product + customer) % 2 == 0
    ]
    return read_demand([*rows, *more], last_day=LAST)


@pytest.fixture(scope="module")
def world() -> World:
    return replay(demand_of(), last_day=LAST)


def test_the_same_file_gives_the_same_world(world: World) -> None:
    again = replay(demand_of(), last_day=LAST)

    assert (again.lines, again.movements, again.revisions) == (world.lines, world.movements, world.revisions)


def test_units_are_conserved_per_line(world: World) -> None:
    for line in world.lines:
        assert line.ordered == line.open + line.shipped + line.cancelled
        assert min(line.open, line.shipped, line.cancelled) >= 0


def test_stock_is_the_sum_of_its_movements_and_never_negative(world: World) -> None:
    levels: dict[tuple[int, int], int] = defaultdict(int)
    for move in world.movements:
        levels[move.product, move.warehouse] += move.qty
        assert levels[move.product, move.warehouse] >= 0
    for product, stock in enumerate(world.stock):
        assert stock == [levels[product, 0], levels[product, 1]]


def test_what_left_is_what_lines_were_shipped(world: World) -> None:
    shipped = sum(qty for parcel in world.shipments for _line, _warehouse, qty in parcel.lines)

    assert shipped == sum(line.shipped for line in world.lines)
    assert shipped == -sum(move.qty for move in world.movements if move.kind == MovementKind.SHIPMENT)


def test_what_arrived_is_what_purchase_lines_received(world: World) -> None:
    received: dict[int, int] = defaultdict(int)
    for move in world.movements:
        if move.receipt_of >= 0:
            received[move.receipt_of] += move.qty

    assert any(received.values())
    for place, line in enumerate(world.purchase_lines):
        assert line.received == received[place] <= line.ordered


def test_orders_close_when_nothing_of_them_is_open(world: World) -> None:
    for order in world.orders:
        open_lines = sum(1 for line in order.lines if world.lines[line].open)
        assert order.open_lines == open_lines
        assert (order.closed_at is None) == (open_lines > 0)


def test_every_order_has_one_promise_and_its_told_dates_only_move_out(world: World) -> None:
    told: dict[int, list[int]] = defaultdict(list)
    for revision in world.revisions:
        if revision.kind in ("promised", "told"):
            told[revision.order].append(revision.new)

    for place, order in enumerate(world.orders):
        assert told[place][0] == order.promised
        assert told[place][-1] == order.told
        assert all(earlier < later for earlier, later in pairwise(told[place]))
        assert order.promised > order.day


def cancellation(at: datetime, qty: int) -> dict[str, str]:
    return row(
        InvoiceNo="C9", StockCode="30000", Quantity=str(-qty), InvoiceDate=f"{at}", CustomerID="17850", UnitPrice="1"
    )


def order_then(*more: dict[str, str]) -> World:
    """Replay an order of 40 units (stock holds some of them) at eight on the first Monday, and what follows."""
    order = row(InvoiceNo="1", StockCode="30000", Quantity="40", InvoiceDate=f"{START} 08:00:00", UnitPrice="1")
    return replay(read_demand([order, *more], last_day=LAST), last_day=LAST)


def test_a_cancellation_minutes_later_takes_units_off_the_open_line() -> None:
    world = order_then(cancellation(datetime(2011, 1, 3, 8, 12), 40))

    (line,) = world.lines
    assert (line.cancelled, line.shipped, line.open) == (40, 0, 0)
    assert world.cancellation_fates == {"units cancelled before shipping": 1}


def test_a_cancellation_after_shipping_is_a_return() -> None:
    world = order_then(cancellation(datetime(2011, 2, 28, 8, 0), 10))

    (line,) = world.lines
    assert (line.shipped, line.returned, line.cancelled) == (40, 10, 0)
    assert world.cancellation_fates == {"units returned after shipping": 1}


def test_a_cancellation_before_the_order_finds_nothing() -> None:
    world = order_then(cancellation(datetime(2011, 1, 3, 7, 0), 10))

    assert world.lines[0].cancelled == 0
    assert world.cancellation_fates == {"cancellation without an order in the file": 1}


def test_a_write_off_takes_no_more_than_is_there() -> None:
    damaged = row(StockCode="30000", Quantity="-9999", InvoiceDate=f"{START} 12:00:00", UnitPrice="0", CustomerID="")

    world = order_then(damaged)

    moves = [move for move in world.movements if move.reason.startswith("Written off")]
    assert moves
    assert -sum(move.qty for move in moves) < 9999


def test_a_receipt_keeps_the_day_that_the_supplier_named_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every supplier moves its day by five working days, comes three after that, and delivers short; the rest keeps
    the day that is then named for it."""
    monkeypatch.setattr("orders.sample.replenishing.draw_move", lambda *_: 5)
    monkeypatch.setattr("orders.sample.replenishing.draw_delay", lambda *_: 3)
    monkeypatch.setattr("orders.sample.replenishing.SHORT_DELIVERY_SHARE", 1)

    world = replay(demand_of(), last_day=LAST)

    late: dict[int, list[int]] = defaultdict(list)
    for move in world.movements:
        if move.receipt_of >= 0:
            late[move.receipt_of].append(working_days(move.expected, move.at.toordinal()))
            line = world.purchase_lines[move.receipt_of]
            assert working_days(world.purchase_orders[line.purchase_order].first_expected, move.expected) >= 5
    assert {tuple(days) for days in late.values()} == {(3,), (3, 0)}


def working_days(start: int, end: int) -> int:
    return int(np.busday_count(date.fromordinal(start), date.fromordinal(end)))
