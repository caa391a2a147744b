"""What rules may read of the day of a run."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning.attributes import CATALOGUE, Kind
from orders.planning.day import DAY_COLUMNS, day_columns, facts_of_day
from orders.planning.grammar import parse_policy
from orders.planning.rules import AllOf, Compare
from orders.planning.types import Calendar, Context
from orders.planning.wording import describe
from tests.orders.planning.cases import Case, Line, Product, Source
from tests.orders.planning.checking import checked
from tests.orders.planning.documents import compare, linear, policy
from tests.orders.planning.reading import run_by

FIVE_DAYS = (True, True, True, True, True, False, False)


def facts(day: date, *closed: date) -> list[float | str]:
    calendar = Calendar(FIVE_DAYS, tuple(one.toordinal() for one in closed))
    return list(facts_of_day(Context(day.toordinal(), calendar)).values())


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2024, 2, 29), ["thursday", "february", 29, 0, 1]),
        (date(2025, 2, 1), ["saturday", "february", 1, 27, 0]),
        (date(2025, 12, 31), ["wednesday", "december", 31, 0, 1]),
        (date(2025, 12, 25), ["thursday", "december", 25, 6, 0]),
        (date(2026, 1, 1), ["thursday", "january", 1, 30, 1]),
    ],
)
def test_a_day_has_its_names_and_numbers(day: date, said: list[float | str]) -> None:
    assert facts(day, date(2025, 12, 25)) == said


@checked
@given(st.dates(max_value=date(9998, 12, 31)))
def test_every_day_is_one_that_the_catalogue_allows(day: date) -> None:
    weekday, month, number, to_end, is_working = facts(day)

    assert (weekday, month) == (day.strftime("%A").lower(), day.strftime("%B").lower())
    last = day + timedelta(days=to_end)
    assert (number, last.month, (last + timedelta(days=1)).day) == (day.day, day.month, 1)
    assert is_working == (day.weekday() < 5)
    for name, value in facts_of_day(Context(day.toordinal(), Calendar(FIVE_DAYS))).items():
        spec = CATALOGUE[name]
        match spec.kind:
            case Kind.TEXT:
                assert value in spec.choices
            case Kind.NUMBER:
                assert spec.lowest <= value <= spec.highest


def test_names_of_days_and_months_are_written_as_such() -> None:
    late = Compare("time.weekday", "in", ("thursday", "friday")), Compare("time.month", "eq", ("may",))

    assert describe(AllOf(late)) == "Day of the week is one of Thursday, Friday and Month is May"


def test_only_what_is_asked_is_made_and_every_line_has_the_same() -> None:
    context = Context(date(2025, 12, 31).toordinal(), Calendar(FIVE_DAYS))

    made = day_columns({"time.month", "time.day_of_month", "order.age_days"}, context, 3)

    assert {name: column.values.tolist() for name, column in made.items()} == {
        "time.day_of_month": [31.0] * 3,
        "time.month": [11] * 3,
    }
    assert facts_of_day(context).keys() == DAY_COLUMNS


@pytest.mark.parametrize(("weekday", "given_units"), [("thursday", 6), ("friday", 10)])
def test_units_are_kept_on_the_days_of_their_quota_only(weekday: str, given_units: int) -> None:
    when = {"all": [compare("time.weekday", "eq", weekday), compare("customer.tier", "eq", "gold")]}
    quota = {"id": "q", "label": "Q", "when": when, "at_least": {"units": 4}, "keep": {"percent": 100, "days": 0}}
    case = Case((Line(1, 1, 1, 12),), (Source(1, 10),), products=(Product(1),))  # TODAY is a Thursday

    plan = run_by(case, parse_policy(policy(linear("age", "order.age_days", 1), quotas=[quota])))

    assert plan.allocated_qty.tolist() == [given_units]
