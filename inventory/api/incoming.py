"""What the API takes in about the catalogue. Codes and names are needed to create; PATCH changes what is given."""

from __future__ import annotations

from rest_framework import serializers

from inventory.models import SubstituteWhen
from inventory.substitutes import MAX_RATIO, MAX_SUBSTITUTES
from kernel.rest import Day, Email, Flag, In, Integer, Money, Text, example, several

MAX_DAYS, MAX_PREFERENCE, MAX_HANDLING_DAYS = 730, 1000, 60


class ProductChangeIn(In):
    name = Text(max_length=200, required=False)
    category = Text(max_length=60, required=False, allow_blank=True)
    unit_price = Money(required=False)
    is_critical = Flag(required=False)
    is_active = Flag(required=False)


@example(sku="22197", name="Popcorn holder", unit_price="0.85")
class ProductIn(ProductChangeIn):
    sku = Text(max_length=40)
    name = Text(max_length=200)


class SubstituteIn(In):
    """``units`` of ``sku`` stand in for each ``per`` units of the product."""

    sku = Text(max_length=40)
    units = Integer(max_value=MAX_RATIO, required=False)
    per = Integer(max_value=MAX_RATIO, required=False)
    when = serializers.ChoiceField(choices=SubstituteWhen.choices, required=False)
    needs_consent = Flag(required=False)


@example(substitutes=[{"sku": "22198", "units": 1, "per": 1, "needs_consent": True}])
class SubstitutesIn(In):
    """The whole list, the first to be tried first; an empty one takes it away."""

    substitutes = several(SubstituteIn, at_most=MAX_SUBSTITUTES, allow_empty=True)


@example(code="LDS", name="Leeds")
class WarehouseIn(In):
    code = Text(max_length=20)
    name = Text(max_length=100)
    preference = Integer(min_value=0, max_value=MAX_PREFERENCE, required=False)


class WarehouseChangeIn(In):
    """Planning takes from the lowest ``preference`` first."""

    name = Text(max_length=100, required=False)
    preference = Integer(min_value=0, max_value=MAX_PREFERENCE, required=False)
    is_active = Flag(required=False)
    calendar = Text(max_length=20, required=False, allow_blank=True, help_text="Empty: the company's")
    handling_days = Integer(min_value=0, max_value=MAX_HANDLING_DAYS, required=False)


@example(code="MILL", name="The Mill", delay_p50_days=1, delay_p90_days=4)
class SupplierIn(In):
    """Delays are working days after the day named; enough receipts of the supplier's own replace them."""

    code = Text(max_length=40)
    name = Text(max_length=200)
    email = Email(required=False, allow_blank=True)
    delay_p50_days = Integer(min_value=0, max_value=MAX_DAYS, required=False)
    delay_p90_days = Integer(min_value=0, max_value=MAX_DAYS, required=False)


class SupplierChangeIn(In):
    name = Text(max_length=200, required=False)
    email = Email(required=False, allow_blank=True)
    is_active = Flag(required=False)
    delay_p50_days = Integer(min_value=0, max_value=MAX_DAYS, required=False)
    delay_p90_days = Integer(min_value=0, max_value=MAX_DAYS, required=False)
    calendar = Text(max_length=20, required=False, allow_blank=True, help_text="Empty: the company's")


class CalendarIn(In):
    """Weekdays have a 1 for each working day, Monday first; the country's public holidays are closed."""

    code = Text(max_length=20)
    name = Text(max_length=100)
    country = Text(max_length=2, required=False, allow_blank=True)
    subdivision = Text(max_length=10, required=False, allow_blank=True)
    weekdays = Text(max_length=7, required=False)
    is_company = Flag(required=False)


class CalendarChangeIn(In):
    name = Text(max_length=100, required=False)
    country = Text(max_length=2, required=False, allow_blank=True)
    subdivision = Text(max_length=10, required=False, allow_blank=True)
    weekdays = Text(max_length=7, required=False)
    is_company = Flag(required=False)


class ClosedDayIn(In):
    day = Day()
    note = Text(max_length=100, required=False, allow_blank=True)


class OpenDayIn(In):
    day = Day()


class SupplierProductIn(In):
    """Of a product's suppliers one is preferred: the first, until another is said to be."""

    sku = Text(max_length=40)
    lead_time_days = Integer(min_value=0, max_value=MAX_DAYS, required=False)
    min_order_qty = Integer(required=False)
    unit_cost = Money(required=False)
    is_preferred = Flag(required=False)
