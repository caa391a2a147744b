"""An event is mostly round trips and the planning of statements: both are counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg2 import extensions

from inventory.dirty import mark_dirty
from inventory.models import DirtyMark, Product, StockLevel
from orders.models import LinePlan
from orders.replanning import prepared
from orders.replanning.asking import Asking
from orders.replanning.queue import plan_due_marks
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db(transaction=True)

MOST = 25  # from the claim of its mark to the commit of its run: statements and COPYs, without BEGIN and COMMIT

_SEEN: list[str] = []


class _Counting(extensions.cursor):
    def execute(self, query: Any, vars: Any = None) -> None:
        _SEEN.append(str(query))
        super().execute(query, vars)

    def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
        _SEEN.append(str(sql))
        super().copy_expert(sql, file, size)


@pytest.fixture
def counted() -> Iterator[list[str]]:
    connection.ensure_connection()
    raw = connection.connection
    before, raw.cursor_factory = raw.cursor_factory, _Counting
    _SEEN.clear()
    yield _SEEN
    raw.cursor_factory = before


@pytest.fixture
def product() -> Product:
    product = make_product()
    make_stock(product, on_hand=4)
    make_purchase_order([(product, 5)])
    for _ in range(5):
        make_order([(product, 3)])
    _event(product)
    return product


def _event(product: Product) -> None:
    """Four units more, and planned: lines, orders, allocations and pegs change, and promised days with them."""
    level = StockLevel.objects.get(product=product)
    StockLevel.objects.filter(pk=level.pk).update(on_hand=level.on_hand + 4)
    with transaction.atomic():
        mark_dirty([product.pk], cause="test")
    _SEEN.clear()
    plan_due_marks(timezone.now)
    assert not DirtyMark.objects.exists()


def test_an_event_is_few_statements(product: Product, counted: list[str]) -> None:
    make_order([(product, 1)])
    before = LinePlan.objects.count()

    _event(product)
    seen = [statement for statement in counted if "PREPARE plan_" not in statement]  # those come once a connection

    assert LinePlan.objects.count() == before + 1
    assert len(seen) <= MOST, "\n".join(seen)


def test_its_statements_are_prepared_once_a_connection(product: Product, counted: list[str]) -> None:
    _event(product)
    plans = [statement for statement in counted if "PREPARE plan_" in statement]

    _event(product)

    assert len(plans) < len([statement for statement in counted if "EXECUTE plan_" in statement])
    assert not [statement for statement in counted if "PREPARE plan_" in statement]


def test_a_statement_that_failed_is_not_prepared_twice(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    query = "SELECT 1 / %(by)s::int"
    with pytest.raises(Exception, match="division by zero"), transaction.atomic(), connection.cursor() as cursor:
        prepared.execute(cursor, query, {"by": 0})

    with connection.cursor() as cursor:
        prepared.execute(cursor, query, {"by": 1})
        assert cursor.fetchone() == (1,)


def test_few_rows_and_many_read_alike() -> None:
    query = """
        SELECT 7::bigint, DATE '2026-02-03', '-infinity'::date, TIMESTAMPTZ '2026-02-03 04:05:06.789012+00', true,
            -2.5::float8
        WHERE %(wanted)s::bool
    """
    types = {"number": "int8", "day": "date", "no_day": "date", "moment": "timestamptz", "flag": "bool"}
    types |= {"share": "float8"}
    many, *others = Asking(few=False), Asking(few=False, short=True), Asking(few=True)

    for wanted in (True, False):
        expected = many.rows(query, {"wanted": wanted}, types)()
        for ask in others:
            found = ask.rows(query, {"wanted": wanted}, types)()
            assert found.keys() == expected.keys()
            for name, column in found.items():
                assert column.dtype == expected[name].dtype
                np.testing.assert_array_equal(column, expected[name])


def test_what_is_asked_together_is_one_statement(counted: list[str]) -> None:
    ask = Asking(few=True)
    numbers = ask.rows("SELECT n FROM generate_series(1, %(most)s::int) n", {"most": 3}, {"n": "int8"})
    most = ask.rows("SELECT %(most)s::int", {"most": 3}, {"most": "int4"})
    row = ask.row("SELECT true AS yes, 'é' AS letter")

    assert most()["most"].tolist() == [3]
    late = ask.rows("SELECT 4", {}, {"four": "int4"})
    assert (numbers()["n"].tolist(), row(), late()["four"].tolist()) == ([1, 2, 3], {"yes": True, "letter": "é"}, [4])
    assert len([statement for statement in counted if "EXECUTE plan_" in statement]) == 2
