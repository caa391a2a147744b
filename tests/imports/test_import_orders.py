from __future__ import annotations

from pathlib import Path

import pytest

from inventory.models import DirtyMark
from orders.models import Customer, Order, OrderLine
from tests.factories.inventory import make_product
from tests.imports.files import run_command, write_csv

pytestmark = pytest.mark.django_db

HEADER = "channel,external_id,customer_code,customer_name,sku,qty,unit_price,requested_on"
LAMPS = "web,A-1,C-1,=Anna & Co,LAMP,3,4.50,2026-12-24"
VASES = "web,A-1,C-1,=Anna & Co,vase,1,,2026-12-24"
OTHER = "web,A-2,C-2,Ben,VASE,2,,"


@pytest.fixture(autouse=True)
def products() -> None:
    make_product("LAMP")
    make_product("VASE")


def test_rows_become_orders_with_lines_and_marks(tmp_path: Path) -> None:
    out, _err, failure = run_command("import_orders", write_csv(tmp_path, HEADER, LAMPS, OTHER, VASES))

    assert (out.strip(), failure) == ("2 orders imported, 0 there already.", "")
    lines = OrderLine.objects.filter(order__external_id="A-1").order_by("position")
    assert [(line.product.sku, line.ordered_qty, str(line.unit_price)) for line in lines] == [
        ("LAMP", 3, "4.50"),
        ("VASE", 1, "2.50"),
    ]
    assert DirtyMark.objects.exists()
    assert Customer.objects.get(code="C-1").name == "=Anna & Co"


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = write_csv(tmp_path, HEADER, LAMPS, OTHER)
    run_command("import_orders", path)

    out, _err, failure = run_command("import_orders", path)

    assert (out.strip(), failure) == ("0 orders imported, 2 there already.", "")
    assert Order.objects.count() == 2


def test_a_half_good_file_imports_nothing_and_names_every_wrong_cell(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path,
        HEADER,
        LAMPS,
        "web,A-3,C-3,Cy,NOPE,1,,",
        "web,A-4,C-4,Di,LAMP,many,,24/12/2026",
        ",A-5,C-5,Ed,LAMP,1,,",
    )

    out, err, failure = run_command("import_orders", path)

    assert out.strip() == "0 orders imported, 0 there already."
    assert "line 3, sku: There is no product 'NOPE'" in err
    assert "line 4, qty: 'many' is no whole number" in err
    assert "line 4, requested_on: '24/12/2026' could be more than one day" in err
    assert "line 5, channel: This is required" in err
    assert failure.startswith("4 errors. Nothing was imported.")
    assert not Order.objects.exists()
    assert not Customer.objects.exists()
    assert not DirtyMark.objects.exists()


def test_good_rows_may_be_imported_beside_wrong_ones(tmp_path: Path) -> None:
    path = write_csv(tmp_path, HEADER, LAMPS, "web,A-3,C-3,Cy,NOPE,1,,")

    out, _err, failure = run_command("import_orders", path, good_rows=True)

    assert out.strip() == "1 orders imported, 0 there already."
    assert failure.startswith("1 errors. The rest was imported.")
    assert [order.external_id for order in Order.objects.all()] == ["A-1"]


def test_rows_of_one_order_must_agree_about_it(tmp_path: Path) -> None:
    path = write_csv(tmp_path, HEADER, LAMPS, "web,A-1,C-9,Anna,VASE,1,,2026-12-24")

    _out, err, _failure = run_command("import_orders", path)

    assert "line 3, customer_code: 'C-9', but line 2 says 'C-1'." in err
    assert not Order.objects.exists()


def test_another_order_under_a_known_name_is_refused(tmp_path: Path) -> None:
    run_command("import_orders", write_csv(tmp_path, HEADER, LAMPS))

    _out, err, failure = run_command("import_orders", write_csv(tmp_path, HEADER, LAMPS.replace(",3,", ",4,")))

    assert "with other content" in err
    assert failure
    assert OrderLine.objects.get().ordered_qty == 3
