"""How we work from files by command: closed days, protected stock, lists of substitutes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from inventory.calendars import create_calendar
from inventory.models import ClosedDay, StockLevel, Substitute
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.imports.files import run_command, write_csv

pytestmark = pytest.mark.django_db


def test_days_are_closed_once_however_often_the_file_comes(tmp_path: Path) -> None:
    create_calendar(code="UK", name="England", actor=None, now=NOW)
    path = write_csv(tmp_path, "calendar;day;note", "UK;2026-12-24;Eve", "UK;2026-12-31;")

    first, _err, _failure = run_command("import_closed_days", path)
    again, _err, _failure = run_command("import_closed_days", path)

    assert first.strip() == "2 closed days imported, 0 there already."
    assert again.strip() == "0 closed days imported, 2 there already."
    assert list(ClosedDay.objects.order_by("day").values_list("day", "note")) == [
        (date(2026, 12, 24), "Eve"),
        (date(2026, 12, 31), ""),
    ]


def test_minimums_and_lists_are_taken_in_whole_or_not_at_all(tmp_path: Path) -> None:
    make_stock(make_product("MUG"), on_hand=5)
    make_product("CUP")
    bad = write_csv(tmp_path, "sku;warehouse;units", "MUG;MAIN;3", "MUG;MOON;1")

    _out, err, failure = run_command("import_protected_stock", bad)

    assert "line 3, warehouse" in err
    assert failure
    assert StockLevel.objects.get().protected == 0
    run_command("import_protected_stock", write_csv(tmp_path, "sku;warehouse;units", "MUG;MAIN;3"))
    run_command("import_substitutes", write_csv(tmp_path, "product;substitute;needs_consent", "MUG;CUP;no"))
    assert StockLevel.objects.get().protected == 3
    assert Substitute.objects.get().needs_consent is False
