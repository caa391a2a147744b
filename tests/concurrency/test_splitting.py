"""Splits that meet: units leave once, and are given back or shipped, never both."""

from __future__ import annotations

from functools import partial

import pytest

from orders.handling.shipping import ShipLine, ship
from orders.handling.splitting import SplitLine, rejoin, split
from orders.integrity import check
from orders.models import Allocation, AllocationState, Order
from tests.concurrency.race import granted, race, race_same
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_line, make_order


@pytest.fixture
def order(transactional_db: None) -> Order:
    """Six of twelve lamps are on hand for the order."""
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=10)
    order = make_order([(lamp, 12)], ref="SO-1", ship_policy="partial")
    allocate(make_line(order), 6)
    return order


def test_an_order_is_split_once_however_often_it_is_asked(order: Order) -> None:
    results = race_same(8, split, "SO-1", lines=[SplitLine(1, 4)], actor=None, now=NOW)

    assert granted(results) == 1
    units = dict(Allocation.objects.values_list("state", "qty"))
    assert units == {AllocationState.PLANNED: 2, AllocationState.PINNED: 4}
    assert check() == []


def test_two_splits_of_one_version_are_not_mixed(order: Order) -> None:
    calls = [partial(split, "SO-1", lines=[SplitLine(1, qty)], actor=None, now=NOW, version=1) for qty in (2, 3, 4, 5)]

    assert granted(race(calls)) == 1


@pytest.mark.parametrize("turn", range(3))
def test_units_that_leave_are_given_back_or_shipped_never_both(order: Order, turn: int) -> None:
    pinned = split("SO-1", lines=[SplitLine(1, 4)], actor=None, now=NOW)

    results = race(
        [
            partial(rejoin, "SO-1", lines=pinned, actor=None, now=NOW),
            partial(ship, "SO-1", lines=[ShipLine(1, 6)], actor=None, now=NOW),
        ]
    )

    assert results[1].refusal is None  # whole again first or not, all six can leave
    assert not Allocation.objects.exists()
    assert check() == []
