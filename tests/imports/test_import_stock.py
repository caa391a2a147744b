from __future__ import annotations

from pathlib import Path

import pytest

from inventory.models import StockLevel, StockMovement
from tests.factories.inventory import make_product, make_stock
from tests.imports.files import run_command, write_csv

pytestmark = pytest.mark.django_db

HEADER = "sku;warehouse;counted"


@pytest.fixture
def level() -> StockLevel:
    return make_stock(make_product("LAMP"), on_hand=10)


def test_a_count_sets_the_stock_and_says_so_in_the_ledger(tmp_path: Path, level: StockLevel) -> None:
    path = write_csv(tmp_path, HEADER, "lamp;MAIN;7")

    first, _err, failure = run_command("import_stock", path)
    again, _err, _failure = run_command("import_stock", path)

    level.refresh_from_db()
    assert (first.strip(), failure) == ("1 counts imported, 0 there already.", "")
    assert again.strip() == "0 counts imported, 1 there already."
    assert level.on_hand == 7
    assert StockMovement.objects.get(kind="count").qty == -3


def test_one_wrong_row_leaves_all_stock_as_it_is(tmp_path: Path, level: StockLevel) -> None:
    path = write_csv(tmp_path, HEADER, "LAMP;MAIN;7", "LAMP;NOWHERE;1", "LAMP;MAIN;8", "VASE;MAIN;-1")

    _out, err, failure = run_command("import_stock", path)

    level.refresh_from_db()
    assert "line 3, warehouse" in err
    assert "line 4, sku: 'LAMP' was counted on line 2 already." in err
    assert "line 5, " in err
    assert failure.startswith("3 errors.")
    assert level.on_hand == 10
