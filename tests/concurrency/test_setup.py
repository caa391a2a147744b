"""Two people who set up the same thing at once: one is kept, the other hears of it; nothing mixes."""

from __future__ import annotations

import itertools
from functools import partial

import pytest

from inventory.models import PickCapacity, SetupChange, StockLevel
from inventory.protecting import protect_stock
from orders.hands import change_capacity
from orders.sources import change_product_sources
from tests.concurrency.race import granted, race
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock, make_warehouse

TIMES = 6


@pytest.fixture(autouse=True)
def warehouse(transactional_db: None) -> None:
    make_stock(make_product("MUG"), make_warehouse("MAIN"), on_hand=50)


def test_capacity_set_by_many_at_once_is_what_one_of_them_said() -> None:
    calls = [partial(change_capacity, "MAIN", weekdays=[n] * 7, actor=None, now=NOW) for n in range(1, TIMES + 1)]

    assert granted(race(calls)) == TIMES

    assert PickCapacity.objects.count() == 7
    assert len(set(PickCapacity.objects.values_list("units", flat=True))) == 1
    chain = list(SetupChange.objects.order_by("pk").values_list("before", "after"))
    assert all(before == after for (_, after), (before, _) in itertools.pairwise(chain))


def test_of_changes_made_on_the_same_state_one_is_kept() -> None:
    def capacity(n: int) -> None:
        change_capacity("MAIN", weekdays=[n] * 7, version=0, actor=None, now=NOW)

    def protection(n: int) -> None:
        protect_stock("MUG", warehouse_code="MAIN", units=n, version=0, actor=None, now=NOW)

    for verb in (capacity, protection):
        results = race([partial(verb, n) for n in range(1, TIMES + 1)])
        assert granted(results) == 1
        assert {result.refusal.code for result in results if result.refusal} == {"stale"}
    assert SetupChange.objects.count() == 2
    assert StockLevel.objects.get().protected > 0


def test_sources_of_one_product_never_mix() -> None:
    for code in ("A", "B"):
        make_warehouse(code)
    calls = [
        partial(change_product_sources, "MUG", warehouses=codes, actor=None, now=NOW)
        for codes in (["A", "B"], ["B"], ["MAIN", "A"]) * 2
    ]

    assert granted(race(calls)) == len(calls)

    chain = list(SetupChange.objects.order_by("pk").values_list("before", "after"))
    assert all(before == after for (_, after), (before, _) in itertools.pairwise(chain))
