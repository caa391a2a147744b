from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from django.db import connection

from orders.planning.types import NO_DAY
from orders.replanning.bulk import Field, copy_in, copy_out

pytestmark = pytest.mark.django_db

TYPES = {
    "small": "int2",
    "whole": "int4",
    "big": "int8",
    "part": "float8",
    "flag": "bool",
    "day": "date",
    "at": "timestamptz",
}
COLUMNS = "small int2, whole int4, big int8, part float8, flag bool, day date, at timestamptz"


@pytest.fixture(autouse=True)
def _table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bulk_rows ({COLUMNS}, parts float8[])")


def rows(count: int) -> list[Field]:
    numbers = np.arange(count, dtype=np.int64)
    return [
        Field("small", "int2", numbers % 7 - 3),
        Field("whole", "int4", numbers - 2**31),
        Field("big", "int8", numbers * 2**40),
        Field("part", "float8", numbers / 3),
        Field("flag", "bool", numbers % 2 == 0),
        Field("day", "date", np.where(numbers % 3 == 0, NO_DAY, date(2026, 11, 1).toordinal() + numbers)),
        Field("at", "timestamptz", numbers - 10**15),
        Field("parts", "float8[]", np.outer(numbers, [1.0, 2.5])),
    ]


@pytest.mark.parametrize("gathered", [False, True])
def test_what_goes_in_comes_out(gathered: bool) -> None:
    fields = rows(1000)

    assert copy_in("bulk_rows", fields) == 1000

    query = "SELECT small, whole, big, part, flag, COALESCE(day, '-infinity'), at FROM bulk_rows ORDER BY whole"
    back = copy_out(query, None, TYPES, gathered=gathered)
    assert list(back) == list(TYPES)
    for field in fields[:-1]:
        assert (back[field.name] == field.values).all(), field.name
        assert back[field.name].dtype == field.values.dtype


def test_unknown_days_become_null_and_arrays_keep_their_numbers() -> None:
    copy_in("bulk_rows", rows(4))

    with connection.cursor() as cursor:
        cursor.execute("SELECT day, parts FROM bulk_rows ORDER BY whole")
        assert cursor.fetchall() == [
            (None, [0.0, 0.0]),
            (date(2026, 11, 2), [1.0, 2.5]),
            (date(2026, 11, 3), [2.0, 5.0]),
            (None, [3.0, 7.5]),
        ]


def test_arrays_may_be_empty() -> None:
    copy_in("bulk_rows", [Field("whole", "int4", np.array([1])), Field("parts", "float8[]", np.zeros((1, 0)))])

    with connection.cursor() as cursor:
        cursor.execute("SELECT parts FROM bulk_rows")
        assert cursor.fetchall() == [([],)]


@pytest.mark.parametrize("gathered", [False, True])
def test_no_rows_come_back_as_empty_columns(gathered: bool) -> None:
    back = copy_out("SELECT whole, flag FROM bulk_rows", None, {"whole": "int4", "flag": "bool"}, gathered=gathered)

    assert [(len(column), column.dtype.kind) for column in back.values()] == [(0, "i"), (0, "b")]


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("SELECT 1::int8", {"a": "int4"}),
        ("SELECT NULL::int4", {"a": "int4"}),
        ("SELECT 1::int4, 2::int4", {"a": "int8"}),
        ("SELECT * FROM (VALUES (1::int4), (NULL)) v", {"a": "int4"}),
        ("SELECT '1'::text", {"a": "int4"}),
    ],
)
@pytest.mark.parametrize("gathered", [False, True])
def test_other_types_than_announced_are_refused(query: str, types: dict[str, str], gathered: bool) -> None:
    with pytest.raises(ValueError, match=r"COPY stream|NOT NULL"):
        copy_out(query, None, types, gathered=gathered)
