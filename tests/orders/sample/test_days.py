from __future__ import annotations

from datetime import date, timedelta

import pytest

from orders.sample.days import add_working, is_working, subtract_working, weekday
from orders.sample.loading import FULL, SMOKE, place_in_time

FRIDAY = date(2026, 11, 20).toordinal()


def test_working_days_skip_the_weekend() -> None:
    assert [weekday(FRIDAY), is_working(FRIDAY), is_working(FRIDAY + 1)] == [4, True, False]
    assert add_working(FRIDAY, 1) == FRIDAY + 3
    assert add_working(FRIDAY + 1, 0) == FRIDAY + 3
    assert subtract_working(FRIDAY + 3, 1) == FRIDAY


@pytest.mark.parametrize("days", range(7))
def test_the_full_file_ends_yesterday_with_its_weekdays(days: int) -> None:
    yesterday = date(2026, 11, 16) + timedelta(days=days)

    weeks, last_day = place_in_time(FULL[1], yesterday, cut=True)

    assert last_day + timedelta(weeks=weeks) == yesterday
    assert last_day.weekday() == yesterday.weekday()
    assert 0 <= (FULL[1] - last_day).days < 7


@pytest.mark.parametrize("days", range(7))
def test_the_short_file_is_never_cut(days: int) -> None:
    yesterday = date(2026, 11, 16) + timedelta(days=days)

    weeks, last_day = place_in_time(SMOKE[1], yesterday, cut=False)

    assert last_day == SMOKE[1]
    assert 0 <= (yesterday - (last_day + timedelta(weeks=weeks))).days < 7
