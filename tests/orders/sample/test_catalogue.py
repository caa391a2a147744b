from __future__ import annotations

from datetime import date
from zoneinfo import available_timezones

from orders.sample import names
from orders.sample.catalogue import ZONES, build_customers, build_products, categorise
from orders.sample.reading import read_demand
from tests.orders.sample.rows import row


def test_a_product_takes_its_commonest_description_and_median_price() -> None:
    rows = [
        row(InvoiceNo="1", Description="RED HEART BAG", UnitPrice="1.00"),
        row(InvoiceNo="2", Description="RED HEART BAG ", UnitPrice="2.00"),
        row(InvoiceNo="3", Description="wrongly coded", UnitPrice="9.00"),
    ]

    (product,) = build_products(read_demand(rows, last_day=date(2011, 1, 1)))

    assert (product.sku, product.name, product.price_minor) == ("85123A", "Red Heart Bag", 200)
    assert product.category == "Bags"


def test_a_product_without_description_is_named_by_its_code() -> None:
    (product,) = build_products(read_demand([row(Description="")], last_day=date(2011, 1, 1)))

    assert product.name == "Product 85123A"
    assert categorise("SOMETHING ELSE") == "Other gifts"


def test_customers_get_tiers_by_spend_and_the_unknown_ones_are_the_shop() -> None:
    rows = [row(InvoiceNo=str(n), CustomerID=str(n), Quantity=str(n)) for n in range(1, 101)]
    rows.append(row(InvoiceNo="900", CustomerID="", Quantity="100000"))

    customers = build_customers(read_demand(rows, last_day=date(2011, 1, 1)))

    tiers = {customer.key: customer.tier for customer in customers}
    assert [tiers["100"], tiers["95"], tiers["70"], tiers["1"], tiers[""]] == [
        "platinum",
        "gold",
        "silver",
        "standard",
        "standard",
    ]
    assert customers[-1].email == ""


def test_invented_names_do_not_repeat_and_zones_exist() -> None:
    assert len({names.company(place) for place in range(10_000)}) == 10_000
    assert set(ZONES.values()) <= available_timezones()
