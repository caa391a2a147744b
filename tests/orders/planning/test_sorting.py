"""Sorting, sets and places of ids beside what NumPy says of the same numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning import ids, sorting
from orders.planning.ids import distinct, find_places, grouped, shared
from orders.planning.sorting import pair_order, stable_order
from orders.planning.types import Ints

BIGGEST = 2**63 - 1
NUMBERS = st.one_of(st.integers(-3, 3), st.integers(-(2**18), 2**18), st.integers(-BIGGEST, BIGGEST))
FLOATS = st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0, 1e-320, -1e-320])
IDS = st.lists(st.integers(0, 40) | st.integers(0, 10**6), max_size=40).map(lambda found: np.array(found, dtype=int))


@pytest.fixture(autouse=True, scope="module")
def _as_of_many() -> Iterator[None]:
    """Have a handful of rows sorted as a million are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sorting, "_SHORT", 0)
        patched.setattr(ids, "_SHORT", 0)
        yield


@given(st.lists(st.tuples(NUMBERS, FLOATS, st.booleans(), st.integers(-3, 3)), min_size=1, max_size=60))
def test_rows_ascend_by_every_key_and_equal_ones_keep_their_order(rows: list[tuple[int, float, bool, int]]) -> None:
    keys = [np.array(column) for column in zip(*rows, strict=True)]

    assert stable_order(*keys).tolist() == np.lexsort(keys[::-1]).tolist()
    for key in keys:
        assert stable_order(key).tolist() == np.argsort(key, kind="stable").tolist()


@given(st.lists(st.integers(0, 300), min_size=130, max_size=300), st.integers(1, 3))
def test_what_nearly_ascends_is_merged_to_the_same(found: list[int], runs: int) -> None:
    key = np.concatenate([np.sort(part) for part in np.array_split(np.array(found), runs)])

    assert stable_order(key).tolist() == np.argsort(key, kind="stable").tolist()


@given(st.lists(st.tuples(st.integers(0, BIGGEST), st.integers(0, 50)), min_size=1, max_size=40))
def test_pairs_ascend_whether_or_not_they_fit_into_one_number(pairs: list[tuple[int, int]]) -> None:
    first, second = (np.array(column) for column in zip(*pairs, strict=True))

    assert pair_order(first, second).tolist() == np.lexsort((second, first)).tolist()


@given(IDS, IDS)
def test_ids_are_found_as_numpy_finds_them(some: Ints, others: Ints) -> None:
    known = distinct(some)

    assert known.tolist() == np.unique(some).tolist()
    assert distinct(some, others).tolist() == np.union1d(some, others).tolist()
    assert find_places(known, others).tolist() == np.searchsorted(known, others).tolist()


@given(IDS.filter(len))
def test_groups_have_a_place_for_every_row(found: Ints) -> None:
    each, place = grouped(found)

    assert each[place].tolist() == found.tolist()
    assert shared(found * 2.5, place, len(each)).tolist() == (each * 2.5).tolist()


def test_ids_far_apart_take_no_table() -> None:
    known = np.array([-BIGGEST, 5, BIGGEST])

    assert distinct(known[::-1]).tolist() == known.tolist()
    assert find_places(known, np.array([5, 6])).tolist() == [1, 2]
