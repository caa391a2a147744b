from __future__ import annotations

from datetime import date, datetime

from orders.sample.reading import Demand, RowFate, read_demand
from tests.orders.sample.rows import row

LAST = date(2011, 1, 31)


def fate_of(*rows: dict[str, str]) -> RowFate:
    """Return the fate of the last row."""
    before = read_demand(rows[:-1], last_day=LAST).fates
    (fate,) = read_demand(rows, last_day=LAST).fates - before
    return fate


def read(*rows: dict[str, str]) -> Demand:
    return read_demand(rows, last_day=LAST)


def test_an_invoice_becomes_one_order_with_a_line_per_product() -> None:
    demand = read(row(), row(StockCode=" 71053 ", Quantity="2"), row(InvoiceNo="536366"))

    assert [(sale.invoice, sale.at, [line.sku for line in sale.lines]) for sale in demand.sales] == [
        ("536365", datetime(2010, 12, 1, 8, 26), ["85123A", "71053"]),
        ("536366", datetime(2010, 12, 1, 8, 26), ["85123A"]),
    ]


def test_codes_that_differ_in_case_are_one_product_and_its_units_one_line() -> None:
    demand = read(row(), row(StockCode="85123a", Quantity="4"))

    (line,) = demand.sales[0].lines
    assert (line.sku, line.qty) == ("85123A", 10)
    assert demand.fates[RowFate.MERGED] == 1


def test_the_same_product_at_another_price_is_a_line_of_its_own() -> None:
    assert [line.price_minor for line in read(row(), row(UnitPrice="1.95")).sales[0].lines] == [255, 195]


def test_each_kind_of_row_has_its_fate() -> None:
    assert fate_of(row(), row()) is RowFate.DUPLICATE
    assert fate_of(row(InvoiceNo="C536379", Quantity="-1")) is RowFate.CANCELLATION
    assert fate_of(row(), row(Quantity="-9", UnitPrice="0", CustomerID="", Description="damaged")) is RowFate.WRITE_OFF
    assert fate_of(row(), row(Quantity="9", UnitPrice="0", CustomerID="", Description="found")) is RowFate.FOUND
    assert fate_of(row(), row(StockCode="1", InvoiceNo="1", UnitPrice="0")) is RowFate.NOT_GOODS
    assert fate_of(row(Quantity="-9", UnitPrice="0", CustomerID="")) is RowFate.NEVER_SOLD
    assert fate_of(row(InvoiceNo="A563185", StockCode="B")) is RowFate.BAD_DEBT
    assert fate_of(row(UnitPrice="-11062.06")) is RowFate.BAD_DEBT
    assert fate_of(row(InvoiceDate="2011-02-01 00:00:00")) is RowFate.NOT_YET
    for broken in ({"Quantity": ""}, {"Quantity": "0"}, {"UnitPrice": "x"}, {"InvoiceDate": "1/2/2011"}):
        assert fate_of(row(**broken)) is RowFate.UNREADABLE


def test_fees_are_no_goods_and_dotcom_goods_are() -> None:
    fees = ("POST", "DOT", "M", "m", "C2", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK", "PADS", "gift_0001_20")
    for code in fees:
        assert fate_of(row(StockCode=code)) is RowFate.NOT_GOODS, code
    assert fate_of(row(StockCode="DCGS0003")) is RowFate.LINE


def test_free_goods_for_a_customer_are_an_order_line() -> None:
    assert fate_of(row(UnitPrice="0.0")) is RowFate.LINE


def test_the_order_of_the_rows_does_not_matter_to_the_sales() -> None:
    rows = [row(), row(InvoiceNo="536370", InvoiceDate="2010-12-01 08:45:00"), row(InvoiceNo="C1", Quantity="-2")]

    forward, backward = read(*rows), read(*reversed(rows))

    assert forward.sales == backward.sales
    assert forward.fates == backward.fates
