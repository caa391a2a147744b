"""Chances judged by what came of them: said two weeks ahead, from the receipts known then."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from inventory.models import MovementKind, PurchaseOrderLine, Receipt, StockMovement
from orders.studying.chance_record import AHEAD_DAYS, ALLOWANCES, chance_record
from tests.factories import TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock

pytestmark = pytest.mark.django_db

MONDAY = TODAY - timedelta(days=TODAY.weekday() + 210)


@pytest.fixture
def line() -> PurchaseOrderLine:
    product = make_product()
    make_stock(product, on_hand=0)
    make_purchase_order([(product, 99)])
    return PurchaseOrderLine.objects.get()


def receive(line: PurchaseOrderLine, expected_on: date, late: int) -> None:
    movement = StockMovement.objects.create(
        product=line.product, warehouse=line.warehouse, kind=MovementKind.RECEIPT, qty=1
    )
    Receipt.objects.create(
        purchase_order_line=line,
        movement=movement,
        qty=1,
        expected_on=expected_on,
        received_on=expected_on + timedelta(days=late),
    )


def test_a_supplier_that_keeps_its_word_is_said_to_and_does(line: PurchaseOrderLine) -> None:
    for week in range(12):
        receive(line, MONDAY + timedelta(weeks=week), late=0)

    record = chance_record(TODAY)

    assert record is not None
    assert record.receipts == 12 - 5 - AHEAD_DAYS // 7
    assert record.statements == record.receipts * len(ALLOWANCES)
    assert record.base_rate == sum(allowed >= 0 for allowed in ALLOWANCES) / len(ALLOWANCES)
    assert record.brier < 0.01
    assert [band.came_true for band in record.bands] == [0.0, 0.0, 1.0, 1.0]


def test_what_was_not_known_two_weeks_ahead_does_not_count(line: PurchaseOrderLine) -> None:
    """Five receipts on time long ago, then four days late: the first late one was said to be on time."""
    for week in range(5):
        receive(line, MONDAY + timedelta(weeks=week), late=0)
    receive(line, MONDAY + timedelta(weeks=10), late=4)

    record = chance_record(TODAY)

    assert record is not None
    assert record.receipts == 1
    assert record.base_rate == sum(allowed >= 4 for allowed in ALLOWANCES) / len(ALLOWANCES)
    assert record.brier > 0.2
    assert record.newest_brier_isotonic is None  # one day of receipts has none before it


def test_too_few_receipts_are_no_record(line: PurchaseOrderLine) -> None:
    for week in range(5):
        receive(line, MONDAY + timedelta(weeks=week), late=0)

    assert chance_record(TODAY) is None
    with pytest.raises(CommandError, match="too few"):
        call_command("calibrate_chances")


def test_the_command_prints_what_scripts_read(line: PurchaseOrderLine) -> None:
    for week in range(12):
        receive(line, MONDAY + timedelta(weeks=week), late=week % 3)
    out = StringIO()

    call_command("calibrate_chances", "--json", stdout=out)

    said = json.loads(out.getvalue())
    assert set(said) == {
        "receipts",
        "statements",
        "base_rate",
        "brier",
        "brier_base_rate",
        "newest_brier",
        "newest_brier_isotonic",
        "bands",
    }
    assert said["newest_brier_isotonic"] is not None


def test_the_figures_of_promises_are_printed_in_words_and_as_json() -> None:
    words, document = StringIO(), StringIO()

    call_command("promise_figures", "--days", "7", stdout=words)
    call_command("promise_figures", "--json", stdout=document)

    assert "0 slips (0 ours, 0 supplier, 0 customer)" in words.getvalue()
    assert json.loads(document.getvalue())["slips_by_origin"] == {"ours": 0, "supplier": 0, "customer": 0}
