from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from inventory.models import DirtyMark, Product
from kernel.errors import Conflict, Invalid
from notifications.models import Fact
from orders.entry.intake import CustomerIn, LineIn, OrderIn, take_in
from orders.models import Customer, Order
from tests.factories import NOW
from tests.factories.inventory import make_product

pytestmark = pytest.mark.django_db

ANNA = CustomerIn(code="C-1", name="Anna", email="anna@example.com", tier="gold")
ORDER = OrderIn(
    channel="shop",
    external_id="A-1",
    customer=ANNA,
    lines=[LineIn("LAMP", 3, Decimal("4.50")), LineIn("vase", 1)],
    requested_on=date(2026, 12, 1),
)


@pytest.fixture(autouse=True)
def products() -> list[Product]:
    return [make_product("LAMP"), make_product("VASE", unit_price="9.99")]


def test_an_order_comes_in_with_its_customer_lines_marks_and_fact(products: list[Product]) -> None:
    order, is_new = take_in(ORDER, actor=None, now=NOW)

    assert is_new
    assert order.ref.startswith("SO-1")
    assert (order.placed_at, order.requested_on, order.ship_policy) == (NOW, date(2026, 12, 1), "partial")
    assert list(order.lines.order_by("position").values_list("product__sku", "ordered_qty", "unit_price")) == [
        ("LAMP", 3, Decimal("4.50")),
        ("VASE", 1, Decimal("9.99")),
    ]
    assert (order.customer.name, order.customer.tier) == ("Anna", "gold")
    assert set(DirtyMark.objects.values_list("product", flat=True)) == {product.pk for product in products}
    assert Fact.objects.get().kind == "orders.taken_in"


def test_the_same_order_again_is_the_same_order() -> None:
    first, _ = take_in(ORDER, actor=None, now=NOW)

    again, is_new = take_in(ORDER, actor=None, now=NOW + timedelta(hours=1))

    assert (again.pk, is_new) == (first.pk, False)
    assert Order.objects.count() == Fact.objects.count() == 1


def test_another_order_under_the_same_name_is_refused() -> None:
    first, _ = take_in(ORDER, actor=None, now=NOW)

    with pytest.raises(Conflict, match=f"{first.ref} already, with other content"):
        take_in(replace(ORDER, lines=[LineIn("LAMP", 4)]), actor=None, now=NOW)

    assert Order.objects.count() == 1


def test_orders_without_an_id_are_never_the_same() -> None:
    nameless = replace(ORDER, external_id="")

    assert take_in(nameless, actor=None, now=NOW)[0] != take_in(nameless, actor=None, now=NOW)[0]


def test_the_same_id_on_another_channel_is_another_order() -> None:
    take_in(ORDER, actor=None, now=NOW)

    assert take_in(replace(ORDER, channel="phone"), actor=None, now=NOW)[1]


def test_a_known_customer_keeps_what_is_not_given() -> None:
    take_in(ORDER, actor=None, now=NOW)
    moved = replace(ORDER, external_id="A-2", customer=CustomerIn(code="C-1", email="new@example.com"))

    take_in(moved, actor=None, now=NOW)

    anna = Customer.objects.get()
    assert (anna.name, anna.tier, anna.email) == ("Anna", "gold", "new@example.com")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"channel": ""}, "channel"),
    ({"channel": "x" * 41}, "channel"),
    ({"external_id": "a\x00b"}, "external_id"),
    ({"ship_policy": "sometime"}, "ship_policy"),
    ({"requested_on": date(1999, 12, 31)}, "requested_on"),
    ({"requested_on": date(9999, 1, 1)}, "requested_on"),
    ({"placed_at": datetime(2026, 11, 1)}, "placed_at"),
    ({"placed_at": NOW + timedelta(days=2)}, "placed_at"),
    ({"placed_at": datetime(1900, 1, 1, tzinfo=UTC)}, "placed_at"),
    ({"customer": replace(ANNA, code="")}, "customer.code"),
    ({"customer": replace(ANNA, email="nobody")}, "customer.email"),
    ({"customer": replace(ANNA, tier="tin")}, "customer.tier"),
    ({"customer": replace(ANNA, zone="Mars/Base")}, "customer.zone"),
    ({"lines": []}, "lines"),
    ({"lines": [LineIn("LAMP", 1)] * 2001}, "lines"),
    ({"lines": [LineIn("NOPE", 1)]}, "lines.0.sku"),
    ({"lines": [LineIn("LA\x00MP", 1)]}, "lines.0.sku"),
    ({"channel": "\ud800"}, "channel"),
    ({"lines": [LineIn("LAMP", 1), LineIn("LAMP", 0)]}, "lines.1.qty"),
    ({"lines": [LineIn("LAMP", 1_000_001)]}, "lines.0.qty"),
    ({"lines": [LineIn("LAMP", 1, Decimal("-1"))]}, "lines.0.unit_price"),
    ({"lines": [LineIn("LAMP", 1, Decimal("NaN"))]}, "lines.0.unit_price"),
    ({"lines": [LineIn("LAMP", 1, Decimal("0.001"))]}, "lines.0.unit_price"),
    ({"lines": [LineIn("LAMP", 1, Decimal("1e30"))]}, "lines.0.unit_price"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG, ids=[f"{field}-{place}" for place, (_, field) in enumerate(WRONG)])
def test_wrong_content_is_named_and_nothing_comes_in(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        take_in(replace(ORDER, **wrong), actor=None, now=NOW)

    assert field in refusal.value.fields
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_all_that_is_wrong_is_named_at_once() -> None:
    wrong = replace(ORDER, channel="", lines=[LineIn("NOPE", 0)])

    with pytest.raises(Invalid) as refusal:
        take_in(wrong, actor=None, now=NOW)

    assert set(refusal.value.fields) == {"channel", "lines.0.sku", "lines.0.qty"}


def test_an_order_sent_again_is_known_even_when_it_would_be_refused_by_now(products: list[Product]) -> None:
    first, _ = take_in(ORDER, actor=None, now=NOW)
    Product.objects.filter(sku="LAMP").update(is_active=False)

    assert take_in(ORDER, actor=None, now=NOW) == (first, False)


def test_a_product_that_is_not_sold_any_more_is_refused(products: list[Product]) -> None:
    Product.objects.filter(sku="LAMP").update(is_active=False)

    with pytest.raises(Invalid, match="Correct what is marked"):
        take_in(ORDER, actor=None, now=NOW)
