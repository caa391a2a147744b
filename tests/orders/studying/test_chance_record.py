"""Chances judged by what came of them: said two weeks ahead, from the receipts known then."""

from __future__ import annotations

import json
from dataclasses import astuple
from datetime import timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from inventory.models import PurchaseOrderLine
from orders.planning.chance import CURVE, Curve, chance_of_keeping
from orders.studying.chance_record import AHEAD_DAYS, ALLOWANCES, chance_record, fit
from tests.factories import TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, receive

pytestmark = pytest.mark.django_db

MONDAY = TODAY - timedelta(days=TODAY.weekday() + 210)


@pytest.fixture
def line() -> PurchaseOrderLine:
    product = make_product()
    make_stock(product, on_hand=0)
    make_purchase_order([(product, 99)])
    return PurchaseOrderLine.objects.get()


def test_a_supplier_that_keeps_its_word_is_said_to_and_does(line: PurchaseOrderLine) -> None:
    for week in range(12):
        receive(line, MONDAY + timedelta(weeks=week), late=0)

    record = chance_record(TODAY)

    assert record is not None
    assert record.deliveries == 12 - 5 - AHEAD_DAYS // 7
    assert record.statements == 2 * len(ALLOWANCES)  # the newest two fifths
    assert record.base_rate == sum(allowed >= 0 for allowed in ALLOWANCES) / len(ALLOWANCES)
    assert record.brier < 0.01
    assert [band.came_true for band in record.bands] == [0.0, 0.0, 1.0, 1.0]
    assert record.own is not None
    assert record.own.early_by_a_day < CURVE.early_by_a_day
    assert record.between is None


def test_what_was_not_known_two_weeks_ahead_does_not_count(line: PurchaseOrderLine) -> None:
    """Five receipts on time long ago, then four days late: the first late one was said to be on time."""
    for week in range(5):
        receive(line, MONDAY + timedelta(weeks=week), late=0)
    receive(line, MONDAY + timedelta(weeks=10), late=4)

    record = chance_record(TODAY)

    assert record is not None
    assert record.deliveries == 1
    assert record.base_rate == sum(allowed >= 4 for allowed in ALLOWANCES) / len(ALLOWANCES)
    assert record.brier > 0.2
    assert record.own is None  # one day of deliveries has none before it


def test_the_lines_of_one_lorry_are_one_delivery(line: PurchaseOrderLine) -> None:
    for week in range(12):
        for _ in range(1 + 20 * (week == 3)):
            receive(line, MONDAY + timedelta(weeks=week), late=4 * (week == 3))

    record = chance_record(TODAY)

    assert record is not None
    assert record.deliveries == 12 - 5 - AHEAD_DAYS // 7
    assert record.brier < 0.05  # a late lorry among eight does not move the usual day


def test_what_two_quantiles_do_not_know_is_shown_apart(line: PurchaseOrderLine) -> None:
    """Late by three days two times in three, else in time: the day named is kept more often than is said."""
    for week in range(21):
        receive(line, MONDAY + timedelta(weeks=week), late=3 * (week % 3 > 0))

    record = chance_record(TODAY)

    assert record is not None
    assert record.between is not None
    assert record.between.said == 3 * record.statements // len(ALLOWANCES)  # the day named and the two after it
    assert record.between.mean_chance < 0.04 < record.between.came_true


def test_numbers_are_found_again_in_what_they_made() -> None:
    """Late by up to forty days, drawn from a curve: fitting gives about its numbers, and beats the usual ones."""
    drawn, shape = np.random.default_rng(1), Curve(0.4, 0.1, 0.15, 0.5, 0.95)
    days, spread = drawn.integers(-10, 40, 60_000), drawn.choice([0, 1, 5, 10], 60_000)
    p50 = np.full(len(days), 730_000)
    here = np.zeros(len(days), dtype=np.bool_)
    came = drawn.random(len(days)) < chance_of_keeping(p50 + days, p50, p50 + spread, here, shape)

    assert astuple(fit(days, spread, came)) == pytest.approx(astuple(shape), abs=0.05)


def test_too_few_deliveries_are_no_record(line: PurchaseOrderLine) -> None:
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
        "deliveries",
        "statements",
        "base_rate",
        "brier",
        "brier_base_rate",
        "own",
        "brier_own",
        "brier_isotonic",
        "bands",
        "between",
    }
    assert said["brier_isotonic"] is not None


def test_the_figures_of_promises_are_printed_in_words_and_as_json() -> None:
    words, document = StringIO(), StringIO()

    call_command("promise_figures", "--days", "7", stdout=words)
    call_command("promise_figures", "--json", stdout=document)

    assert "0 slips (0 ours, 0 supplier, 0 customer)" in words.getvalue()
    assert json.loads(document.getvalue())["slips_by_origin"] == {"ours": 0, "supplier": 0, "customer": 0}
