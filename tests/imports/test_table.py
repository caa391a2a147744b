from __future__ import annotations

from pathlib import Path

import pytest

from inventory.imports.table import read_table
from kernel.errors import Invalid
from tests.imports.files import write_csv


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_may_be_separated_by_commas_semicolons_or_tabs(tmp_path: Path, delimiter: str) -> None:
    path = write_csv(tmp_path, delimiter.join(["SKU", " Qty "]), delimiter.join(["LAMP", " 3 "]))

    table = read_table(path, required=("sku", "qty"))

    assert [(row.line, row["sku"], row["qty"]) for row in table.rows] == [(2, "LAMP", "3")]


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path, "sku", "Café", encoding="utf-8-sig"), required=("sku",))

    assert table.rows[0]["sku"] == "Café"


def test_latin_1_is_refused_unless_it_is_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path, "sku", "LAMP", "Café", encoding="cp1252")

    with pytest.raises(Invalid, match=r"Line 3 is not utf-8: byte 0xE9.*--encoding cp1252"):
        read_table(path, required=("sku",))
    assert read_table(path, required=("sku",), encoding="cp1252").rows[1]["sku"] == "Café"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("sku\nLAMP\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04rest", "workbook"),
        (b"sku\nLA\x00MP\n", "zero bytes"),
        (b"", "lacks sku"),
        (b"sku\n\n \n", "no rows"),
        (b"sku;a,b\nLAMP;1,2\n", "semicolons"),
        (b"sku,colour\nLAMP,red\n", "'colour'"),
        (b"sku,sku\nLAMP,LAMP\n", "more than once"),
        (b'sku\n"LAMP\n', "no CSV"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)

    with pytest.raises(Invalid, match=words):
        read_table(path, required=("sku",))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read_table(tmp_path / "nothing.csv", required=("sku",))


def test_rows_of_another_width_are_reported_with_their_line(tmp_path: Path) -> None:
    path = write_csv(tmp_path, "sku,qty", '"LA\nMP",1', "VASE", "BOWL,2")

    table = read_table(path, required=("sku", "qty"))

    assert [(row.line, row["sku"]) for row in table.rows] == [(2, "LA\nMP"), (5, "BOWL")]
    assert [str(error) for error in table.errors] == ["line 4: 1 cells where the header has 2."]
