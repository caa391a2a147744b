"""Pick capacity by day: the worked example, and an oracle that fills days one unit at a time."""

from __future__ import annotations

import random
import time
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning.calendar import WorkingDays
from orders.planning.capacity import NO_LIMIT, Capacity, Work, pick_days
from orders.planning.types import Context
from tests.orders.planning.cases import FIVE_DAYS, TODAY
from tests.orders.planning.checking import checked

CONTEXT = Context(TODAY, FIVE_DAYS)
FRIDAY, MONDAY, TUESDAY = TODAY + 1, TODAY + 4, TODAY + 5

Job = tuple[int, int, int, int]  # warehouse, units, ready on, place
Special = dict[tuple[int, int], int]  # (warehouse, day): units


def picked(jobs: list[Job], daily: dict[int, tuple[int, int]], special: Special | None = None) -> list[int]:
    """Return pick days; ``daily`` are (units a day, picked today), ``special`` units of single days."""
    weekly = {name: ([units] * 7, done) for name, (units, done) in daily.items()}
    return picked_by_week(jobs, weekly, special or {})


def picked_by_week(jobs: list[Job], weekly: dict[int, tuple[list[int], int]], special: Special) -> list[int]:
    warehouse, qty, ready_on, place = (np.array(column, dtype=np.int64) for column in zip(*jobs, strict=True))
    listed = sorted(weekly)
    rows = sorted((listed.index(name), day, units) for (name, day), units in special.items() if name in weekly)
    capacity = Capacity(
        np.array(listed, dtype=np.int64),
        np.array([weekly[name][0] for name in listed], dtype=np.int64).reshape(-1, 7),
        np.array([weekly[name][1] for name in listed], dtype=np.int64),
        *(np.array([row[column] for row in rows], dtype=np.int64) for column in range(3)),
    )
    return pick_days(Work(np.arange(len(jobs)), warehouse, qty, ready_on, place), capacity, CONTEXT).tolist()


def test_the_worked_example_of_the_docs():
    jobs = [(1, 5, TODAY, 1), (1, 8, TODAY, 2), (1, 3, FRIDAY, 3), (1, 20, TODAY, 4)]

    assert picked(jobs, {1: (10, 4)}) == [TODAY, FRIDAY, FRIDAY, TUESDAY]


def test_a_warehouse_without_a_figure_picks_on_the_first_working_day():
    saturday = TODAY + 2

    assert picked([(2, 10**6, TODAY, 1), (2, 5, saturday, 2), (2, 5, TODAY - 9, 3)], {1: (10, 0)}) == [
        TODAY,
        MONDAY,
        TODAY,
    ]


def test_a_day_that_is_used_up_picks_nothing_more():
    assert picked([(1, 1, TODAY, 1)], {1: (10, 12)}) == [FRIDAY]


def test_holidays_are_not_picked_on():
    holiday = FIVE_DAYS.holidays[0]

    assert picked([(1, 1, holiday, 1)], {1: (10, 0)}) == [holiday + 1]


def test_a_week_of_nothing_is_refused():
    with pytest.raises(ValueError, match="must pick on some working day"):
        picked([(1, 1, TODAY, 1)], {1: (0, 0)})
    with pytest.raises(ValueError, match="must pick on some working day"):
        picked_by_week([(1, 1, TODAY, 1)], {1: ([0, 0, 0, 0, 0, 9, 9], 0)}, {})


def test_a_weekday_without_a_figure_takes_all_the_rest():
    jobs = [(1, 5, TODAY, 1), (1, 8, TODAY, 2), (1, 1000, TODAY, 3)]

    assert picked_by_week(jobs, {1: ([NO_LIMIT, 10, 10, 10, 10, 10, 10], 0)}, {}) == [TODAY, FRIDAY, MONDAY]


def test_a_day_of_its_own_counts_before_its_weekday():
    jobs = [(1, 10, TODAY, 1), (1, 10, TODAY, 2), (1, 25, TODAY, 3)]

    assert picked(jobs, {1: (10, 0)}, {(1, FRIDAY): 0, (1, TUESDAY): 30}) == [TODAY, MONDAY, TUESDAY]


def test_no_work_takes_no_days():
    none = np.zeros(0, dtype=np.int64)
    nothing = Capacity(none, none.reshape(0, 7), none, none, none, none)

    assert len(pick_days(Work(none, none, none, none, none), nothing, CONTEXT)) == 0


jobs_ = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(TODAY - 2, TODAY + 14), st.integers(1, 4)),
    min_size=1,
    max_size=15,
)
weeks = st.lists(st.sampled_from((NO_LIMIT, 0, 1, 3, 9)), min_size=7, max_size=7).filter(lambda week: any(week[:5]))
figures = st.dictionaries(st.integers(1, 2), st.tuples(weeks, st.integers(0, 9)), max_size=2)
specials = st.dictionaries(
    st.tuples(st.integers(1, 2), st.integers(TODAY, TODAY + 9)), st.sampled_from((0, 2, 20)), max_size=3
)


def by_hand(jobs: list[Job], weekly: dict[int, tuple[list[int], int]], special: Special) -> list[int]:
    """Fill days one unit at a time."""
    calendar = WorkingDays(FIVE_DAYS)
    used: dict[tuple[int, int], int] = defaultdict(int, {(name, TODAY): done for name, (_, done) in weekly.items()})

    def is_full(warehouse: int, day: int) -> bool:
        if warehouse not in weekly:
            return False
        units = special.get((warehouse, day), weekly[warehouse][0][(day - 1) % 7])
        return units != NO_LIMIT and used[warehouse, day] >= units

    days = [0] * len(jobs)
    for row in sorted(range(len(jobs)), key=lambda row: (jobs[row][3], row)):
        warehouse, qty, ready_on, _ = jobs[row]
        day = calendar.add_to_day(max(ready_on, TODAY), 0)
        for _ in range(qty):
            while is_full(warehouse, day):
                day = calendar.add_to_day(day, 1)
            used[warehouse, day] += 1
        days[row] = day
    return days


@checked
@given(jobs_, figures, specials)
def test_days_equal_filling_them_unit_by_unit(jobs: list[Job], weekly, special: Special):
    assert picked_by_week(jobs, weekly, special) == by_hand(jobs, weekly, special)


@checked
@given(jobs_, figures, specials, st.randoms(use_true_random=False))
def test_more_capacity_never_picks_the_best_ranked_later(jobs: list[Job], weekly, special, random_: random.Random):
    more = {
        name: ([units if units == NO_LIMIT else units + random_.randint(0, 5) for units in week], done)
        for name, (week, done) in weekly.items()
    }
    best = min(range(len(jobs)), key=lambda row: (jobs[row][3], row))

    assert picked_by_week(jobs, more, special)[best] <= picked_by_week(jobs, weekly, special)[best]


def test_a_hundred_thousand_claims_are_rolled_forward_in_a_moment():
    rng = np.random.default_rng(1)
    lines = 100_000
    work = Work(
        np.arange(lines),
        rng.integers(1, 5, lines),
        rng.integers(1, 11, lines),
        TODAY + rng.integers(0, 30, lines),
        rng.permutation(lines),
    )
    none = np.zeros(0, dtype=np.int64)
    zeros = np.zeros(4, dtype=np.int64)
    capacity = Capacity(np.arange(1, 5), np.full((4, 7), 2000), zeros, none, none, none)

    start = time.perf_counter()
    pick_days(work, capacity, CONTEXT)
    seconds = time.perf_counter() - start

    print(f"\nrolled 100,000 claims forward in {seconds:.3f} s")
    assert seconds < 10  # takes about 0.1 s; this catches walking over full days, not a busy machine
