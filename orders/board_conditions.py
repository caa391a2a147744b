"""Conditions that a person adds to the board one by one: field, operator, value; ``has=value:from:500`` in the URL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date

from kernel.money import sign, whole
from orders.models import Reason, ShipPolicy, Tier

MOST = 10
MAX_NUMBER = 10**9
OPERATORS = {
    "number": (("from", "at least"), ("to", "at most")),
    "date": (("before", "before"), ("from", "on or after")),
    "text": (("is", "is"), ("not", "is not")),
    "choice": (("is", "is"), ("not", "is not")),
}
_LOOKUPS = {"from": "gte", "to": "lte", "before": "lt"}


@dataclass(frozen=True, slots=True)
class Field:
    """What can be asked of an order. ``path`` leads there from its plan; ``scale`` turns a number into stored units."""

    key: str
    label: str
    kind: str
    path: str
    choices: tuple[tuple[str, str], ...] = ()
    scale: int = 1
    unit: str = ""

    @property
    def unit_sign(self) -> str:
        """The unit as it stands beside the field."""
        return sign() if self.unit == MONEY else self.unit

    @property
    def operators(self) -> tuple[tuple[str, str], ...]:
        return OPERATORS[self.kind]


def _choices(pairs: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(value), str(label)) for value, label in pairs)


MONEY = "money"
FIELDS = {
    field.key: field
    for field in (
        Field("value", "Open value", "number", "open_value_minor", scale=100, unit=MONEY),
        Field("slip", "Slip", "number", "slip_days", unit="days"),
        Field("age", "Age", "number", "order__placed_at", unit="days"),
        Field("short", "Short", "number", "short_units", unit="units"),
        Field("lines", "Open lines", "number", "open_lines"),
        Field("eta", "ETA", "date", "eta_p50"),
        Field("promised", "Promised", "date", "promised_on"),
        Field("requested", "Requested", "date", "order__requested_on"),
        Field("tier", "Tier", "choice", "order__customer__tier", _choices(Tier.choices)),
        Field("reason", "Reason", "choice", "reason", _choices(Reason.choices)),
        Field("ships", "Ships", "choice", "order__ship_policy", _choices(ShipPolicy.choices)),
        Field("customer", "Customer code", "text", "order__customer__code"),
        Field("channel", "Channel", "text", "order__channel"),
    )
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as it stands in the address."""

    field: Field
    operator: str
    value: str

    @property
    def text(self) -> str:
        return f"{self.field.key}:{self.operator}:{self.value}"

    @property
    def words(self) -> str:
        """Say operator and value ("at least £500")."""
        return f"{dict(self.field.operators)[self.operator]} {self._value_in_words}"

    @property
    def _value_in_words(self) -> str:
        if self.field.kind == "number":
            number = int(self.value)
            return whole(number) if self.field.unit == MONEY else f"{number:,} {self.field.unit}".strip()
        if self.field.kind == "date":
            day = date.fromisoformat(self.value)
            return f"{day.day} {day:%b %Y}"
        return dict(self.field.choices).get(self.value, self.value)

    @property
    def tiers(self) -> list[str] | None:
        """The tiers that are asked for, which a list finds in a way of its own; None for any other condition."""
        if self.field.key != "tier":
            return None
        return [tier for tier in Tier.values if (tier == self.value) == (self.operator == "is")]

    def q(self) -> Q:
        """Build the condition on rows of OrderPlan."""
        if self.field.key == "age":
            placed = timezone.now() - timedelta(days=int(self.value))
            return Q(**{f"{self.field.path}__{'lte' if self.operator == 'from' else 'gte'}": placed})
        if self.operator in ("is", "not"):
            found = Q(**{self.field.path: self.value})
            return found if self.operator == "is" else ~found
        value = int(self.value) * self.field.scale if self.field.kind == "number" else self.value
        return Q(**{f"{self.field.path}__{_LOOKUPS[self.operator]}": value})


def read_condition(text: str) -> Condition:
    """Read a condition of an address; raise ValidationError that says what is wrong with it."""
    key, _, rest = text.partition(":")
    operator, _, value = rest.partition(":")
    field = FIELDS.get(key)
    if field is None or operator not in dict(field.operators):
        raise ValidationError("This condition cannot be read. Remove it and add it anew.")
    return Condition(field, operator, _clean(field, value.strip()))


def _clean(field: Field, value: str) -> str:
    if field.kind == "number":
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            raise ValidationError(f"{field.label}: give a whole number.")
        if field.key == "age" and int(value) > 36_500:
            raise ValidationError("Age: give a number of days, at most 36,500.")
        return str(int(value))
    if field.kind == "date":
        try:
            day = parse_date(value)
        except ValueError:
            day = None
        if day is None:
            raise ValidationError(f"{field.label}: give a day.")
        return day.isoformat()
    if field.kind == "choice" and value not in dict(field.choices):
        raise ValidationError(f"{field.label}: choose one of the list.")
    if not value or len(value) > 40 or "\0" in value:
        raise ValidationError(f"{field.label}: give a text of at most 40 characters.")
    return value


class ConditionsField(forms.Field):
    """Reads every ``has`` of an address."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[Condition]:
        found = list(value or ())
        if len(found) > MOST:
            raise ValidationError(f"At most {MOST} conditions at once.")
        return [read_condition(text) for text in found]
