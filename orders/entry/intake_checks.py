"""What an incoming order must be. All that is wrong is found in one go, field by field."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from inventory.models import Product
from inventory.queries import products_by_sku
from kernel.bounds import FIRST_DAY, LAST_DAY, check_day, check_qty
from kernel.errors import Invalid
from kernel.text import clean_text
from orders.entry.incoming import CustomerIn, LineIn, OrderIn
from orders.models import ShipPolicy, SubstituteConsent, Tier

MAX_LINES = 2000
MAX_PRICE = Decimal("9999999.99")
CLOCK_SKEW = timedelta(days=1)  # channels' clocks and time zones are their own
TEXT_LENGTHS = {
    "code": 40,
    "name": 200,
    "email": 254,
    "tier": 10,
    "contact_name": 200,
    "phone": 40,
    "country": 60,
    "zone": 60,
    "language": 10,
}


class _Wrongs:
    """Collects what is wrong, so that the sender hears everything at once."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def text(self, value: str, *, field: str, max_length: int, multiline: bool = False, required: bool = False) -> str:
        try:
            clean = clean_text(value, field=field, max_length=max_length, multiline=multiline)
        except Invalid as wrong:
            self.fields.update(wrong.fields)
            return ""
        if required and not clean:
            self.fields[field] = "This is required."
        return clean

    def run(self, check: Callable[[], object]) -> None:
        try:
            check()
        except Invalid as wrong:
            self.fields.update(wrong.fields)


def check_order(order: OrderIn, *, now: datetime) -> tuple[OrderIn, list[Product]]:
    """Return the order with its texts cleaned, and the product of each line; raise Invalid naming all wrong fields."""
    if not 1 <= len(order.lines) <= MAX_LINES:
        wrong = f"Give 1 to {MAX_LINES:,} lines."
        raise Invalid(wrong, fields={"lines": wrong})
    wrongs = _Wrongs()
    clean = replace(
        order,
        channel=wrongs.text(order.channel, field="channel", max_length=40, required=True),
        external_id=wrongs.text(order.external_id, field="external_id", max_length=120),
        customer=_check_customer(order.customer, wrongs),
        ship_to=wrongs.text(order.ship_to, field="ship_to", max_length=1000, multiline=True),
    )
    if order.ship_policy not in ShipPolicy.values:
        wrongs.fields["ship_policy"] = f"Choose one of: {', '.join(ShipPolicy.values)}."
    if order.substitutes not in SubstituteConsent.values:
        wrongs.fields["substitutes"] = f"Choose one of: {', '.join(SubstituteConsent.values)}."
    if order.requested_on is not None:
        wrongs.run(partial(check_day, order.requested_on, field="requested_on"))
    if order.placed_at is not None:
        _check_placed_at(order.placed_at, now, wrongs)
    products = _check_lines(order.lines, wrongs)
    if wrongs.fields:
        raise Invalid("Correct what is marked; the order was not taken in.", fields=wrongs.fields)
    return clean, products


def _check_customer(customer: CustomerIn, wrongs: _Wrongs) -> CustomerIn:
    texts = {
        name: wrongs.text(getattr(customer, name), field=f"customer.{name}", max_length=length, required=name == "code")
        for name, length in TEXT_LENGTHS.items()
    }
    if texts["tier"] and texts["tier"] not in Tier.values:
        wrongs.fields["customer.tier"] = f"Choose one of: {', '.join(Tier.values)}."
    if texts["zone"] and texts["zone"] not in zoneinfo.available_timezones():
        wrongs.fields["customer.zone"] = "Give a time zone such as Europe/London."
    if texts["email"]:
        try:
            validate_email(texts["email"])
        except ValidationError:
            wrongs.fields["customer.email"] = "Give an e-mail address such as name@example.com."
    return CustomerIn(**texts)


def _check_placed_at(placed_at: datetime, now: datetime, wrongs: _Wrongs) -> None:
    if timezone.is_naive(placed_at):
        wrongs.fields["placed_at"] = "Give the time with its zone, such as 2026-11-16T09:00:00Z."
    elif not FIRST_DAY <= placed_at.date() <= LAST_DAY or placed_at > now + CLOCK_SKEW:
        wrongs.fields["placed_at"] = "Give a time after 1999 that is not in the future."


def _check_lines(lines: Sequence[LineIn], wrongs: _Wrongs) -> list[Product]:
    known = products_by_sku(line.sku for line in lines)
    products = []
    for index, line in enumerate(lines):
        wrongs.run(partial(check_qty, line.qty, field=f"lines.{index}.qty"))
        product = known.get(line.sku.strip().upper())
        if product is None:
            wrongs.fields[f"lines.{index}.sku"] = f"There is no product {line.sku[:40]!r}. Check the SKU."
        elif not product.is_active:
            wrongs.fields[f"lines.{index}.sku"] = f"{product.sku} is not sold any more."
        else:
            products.append(product)
        if line.unit_price is not None and not _is_price(line.unit_price):
            wrongs.fields[f"lines.{index}.unit_price"] = f"Give an amount from 0 to {MAX_PRICE:,} with two decimals."
    return products


def _is_price(price: Decimal) -> bool:
    return price.is_finite() and 0 <= price <= MAX_PRICE and price == price.quantize(Decimal("0.01"))
