from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.board import exports
from orders.queries import board_export
from tests.answers import streamed, streamed_async
from tests.factories.inventory import make_product
from tests.factories.orders import make_customer, make_user
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def csv_rows(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/triage/export.csv{query}")
    assert answer.status_code == 200
    return rows_of(streamed(answer))


def rows_of(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_file_has_the_list_in_its_order_with_plain_numbers_and_iso_days(sign_in: SignIn) -> None:
    product = make_product(unit_price="12.50")
    worst = planned_order(90, product=product, qty=100, slip_days=6, owner=make_user("ops"))
    mild = planned_order(20, product=product, held="credit")

    first, second = csv_rows(sign_in())

    assert (first["Order"], first["Rank"], first["Status"], first["Slip days"]) == (worst.ref, "1", "Late", "6")
    assert (first["Open value"], first["Owner"]) == ("1250.0", "Ops")
    assert first["ETA"] == (timezone.localdate() + timedelta(days=5)).isoformat()
    assert (second["Order"], second["Status"], second["Hold"]) == (mild.ref, "On hold", "Credit hold")


def test_the_file_follows_the_view_the_filters_and_the_sort(sign_in: SignIn) -> None:
    product = make_product(unit_price="1.00")
    planned_order(1, product=product)
    small = planned_order(9, product=product, qty=2, slip_days=6)
    large = planned_order(3, product=product, qty=50, slip_days=6)

    rows = csv_rows(sign_in(), "?view=late&sort=-value")

    assert [row["Order"] for row in rows] == [large.ref, small.ref]
    assert [row["Rank"] for row in rows] == ["2", "1"]


def test_every_order_is_there_once_however_many_chunks(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_export, "CHUNK", 3)
    product = make_product()
    orders = [planned_order(float(n % 4), product=product) for n in range(10)]

    rows = csv_rows(sign_in())

    assert [row["Rank"] for row in rows] == [str(n) for n in range(1, 11)]
    assert {row["Order"] for row in rows} == {order.ref for order in orders}


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx"])
def test_no_cell_runs_as_a_formula(sign_in: SignIn, name: str) -> None:
    planned_order(1, customer=make_customer(name=name))
    client = sign_in()

    assert csv_rows(client)[0]["Customer"] == f"'{name}"
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx(client)))["Backlog"]
    cell = next(cell for cell in sheet[2] if sheet.cell(1, cell.column).value == "Customer")
    assert cell.data_type == "s"


def test_the_spreadsheet_has_the_same_rows_with_real_days_and_numbers(sign_in: SignIn) -> None:
    order = planned_order(90, slip_days=6)

    sheet = openpyxl.load_workbook(io.BytesIO(xlsx(sign_in())))["Backlog"]
    heading, row = ([cell.value for cell in line] for line in sheet.iter_rows(max_row=2))
    found: dict[Any, Any] = dict(zip(heading, row, strict=True))

    assert (found["Order"], found["Rank"], found["Slip days"]) == (order.ref, 1, 6)
    assert found["ETA"].date() == timezone.localdate() + timedelta(days=5)


def xlsx(client: Client) -> bytes:
    answer = client.get("/triage/export.xlsx")
    assert answer.status_code == 200
    return streamed(answer)


def test_a_spreadsheet_that_is_too_long_says_what_to_do(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_XLSX_ROWS", 1)
    planned_order(1), planned_order(2)

    answer = sign_in().get("/triage/export.xlsx")

    assert answer.status_code == 400
    assert "take the CSV" in answer.content.decode()


@pytest.mark.parametrize("query", ["?sort=nonsense", "?tier=tin", "?view=x"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_address_that_makes_no_sense_is_refused(sign_in: SignIn, kind: str, query: str) -> None:
    assert sign_in().get(f"/triage/export.{kind}{query}").status_code == 400


def test_a_chunk_costs_two_queries(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_export, "CHUNK", 2)
    product = make_product()
    for n in range(4):
        planned_order(n, product=product)
    client = sign_in()
    with CaptureQueriesContext(connection) as few:
        csv_rows(client)
    planned_order(9, product=product)
    planned_order(9, product=product)

    with CaptureQueriesContext(connection) as more:
        csv_rows(client)

    assert len(more) - len(few) == 2


@pytest.mark.django_db(transaction=True)
def test_under_asgi_the_file_is_sent_piece_by_piece() -> None:
    order = planned_order(1)
    client = AsyncClient()
    client.force_login(make_user("ops"), "django.contrib.auth.backends.ModelBackend")

    async def fetch() -> bytes:
        answer = await client.get("/triage/export.csv")
        return await streamed_async(answer)

    assert [row["Order"] for row in rows_of(async_to_sync(fetch)())] == [order.ref]
