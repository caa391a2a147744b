from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from inventory.models import PurchaseOrder
from tests.factories.inventory import make_product, make_supplier, make_warehouse
from tests.imports.files import run_command, write_csv

pytestmark = pytest.mark.django_db

HEADER = "ref,supplier,expected_on,sku,warehouse,qty"


@pytest.fixture(autouse=True)
def catalogue() -> None:
    make_product("LAMP")
    make_product("VASE")
    make_warehouse("MAIN")
    make_supplier("ACME")


def test_rows_become_purchase_orders_once(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path,
        HEADER,
        "P-1,ACME,2026-12-01,LAMP,MAIN,12",
        "P-1,ACME,2026-12-01,VASE,MAIN,6",
        "P-2,ACME,2026-12-02,VASE,MAIN,1",
    )

    first, _err, failure = run_command("import_purchase_orders", path)
    again, _err, _failure = run_command("import_purchase_orders", path)

    assert (first.strip(), failure) == ("2 purchase orders imported, 0 there already.", "")
    assert again.strip() == "0 purchase orders imported, 2 there already."
    order = PurchaseOrder.objects.get(ref="P-1")
    assert order.expected_on == date(2026, 12, 1)
    assert [line.ordered_qty for line in order.lines.order_by("position")] == [12, 6]


def test_a_ref_with_other_content_is_refused(tmp_path: Path) -> None:
    run_command("import_purchase_orders", write_csv(tmp_path, HEADER, "P-1,ACME,2026-12-01,LAMP,MAIN,12"))

    path = write_csv(tmp_path, HEADER, "P-1,ACME,2026-12-01,LAMP,MAIN,13", "P-2,ACME,2026-12-01,LAMP,MAIN,13")
    _out, err, failure = run_command("import_purchase_orders", path)

    assert "line 2, ref: P-1 exists already, with other content." in err
    assert failure.startswith("1 errors. Nothing was imported.")
    assert PurchaseOrder.objects.count() == 1


def test_wrong_cells_are_named_where_they_are(tmp_path: Path) -> None:
    path = write_csv(tmp_path, HEADER, "P-1,ACME,2026-12-01,LAMP,MAIN,12", "P-1,ACME,2026-12-01,NOPE,MAIN,6")

    _out, err, _failure = run_command("import_purchase_orders", path)

    assert "line 3, sku: There is no product 'NOPE'" in err
    assert not PurchaseOrder.objects.exists()
