"""What every API accepts as text, number, date: strict, bounded, and never more than it can keep.

DRF's own fields take ``"１２"`` as twelve, ``1.0`` as one and any year that Python knows; these do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request

from kernel.bounds import FIRST_DAY, LAST_DAY, MAX_QTY
from kernel.errors import Invalid
from kernel.text import clean_text

MAX_VERSION = 2_147_483_647

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


class In(serializers.Serializer[Any]):
    """Validates a request's body; a name that it does not know is an error, not a shrug."""

    default_error_messages = {"invalid": "Give an object."}

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields, which name their choices and the shape that they want when they refuse."""
        fields: dict[str, serializers.Field[Any, Any, Any, Any]] = super().get_fields()
        for field in fields.values():
            _say_what_fits(field)
        return fields

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := sorted(set(map(str, data)) - set(self.fields))):
            raise serializers.ValidationError({name: ["This field is not known here."] for name in unknown})
        return super().to_internal_value(data)


def _say_what_fits(field: Any) -> None:
    field.error_messages |= {"not_a_list": "Give a list.", "not_a_dict": "Give an object."}
    if isinstance(field, serializers.ChoiceField):
        field.error_messages["invalid_choice"] = f"Choose one of: {', '.join(map(str, field.choices))}."
    if isinstance(field, serializers.ListField | serializers.DictField):
        _say_what_fits(field.child)


class Text(serializers.CharField):
    """A JSON string without control or invisible characters."""

    def __init__(self, *, max_length: int, multiline: bool = False, **kwargs: Any) -> None:
        self._longest, self._is_multiline = max_length, multiline
        super().__init__(max_length=max_length, trim_whitespace=True, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return clean_text(data, field="text", max_length=self._longest, multiline=self._is_multiline)
        except Invalid as error:
            raise serializers.ValidationError(error.detail) from error


class Email(Text):
    """An e-mail address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        self.validators.append(serializers.EmailField().validators[-1])


class Integer(serializers.IntegerField):
    """A JSON integer between bounds; not a string, not 1.0, not true."""

    def __init__(self, *, min_value: int = 1, max_value: int = MAX_QTY, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    """``true`` or ``false``, not a word or a number for it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Money(serializers.DecimalField):
    """An amount not below zero with at most two decimals: a JSON number or a plain decimal string."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, min_value=Decimal(0), **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        is_number = isinstance(data, int | float | Decimal) and not isinstance(data, bool)
        if not is_number and not (isinstance(data, str) and _DECIMAL.fullmatch(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """``YYYY-MM-DD``, from the year 2000 to 2100."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        day: date = super().to_internal_value(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            raise serializers.ValidationError(f"Give a day from {FIRST_DAY} to {LAST_DAY}.")
        return day


class Moment(serializers.DateTimeField):
    """An ISO 8601 date and time, from the year 2000 to 2100; without an offset it is the system's own zone."""

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss±hh:mm")
        if not FIRST_DAY.year <= int(value[:4]) <= LAST_DAY.year:
            raise serializers.ValidationError(f"Give a time from {FIRST_DAY.year} to {LAST_DAY.year}.")
        moment: datetime = super().to_internal_value(value)
        if moment.astimezone(UTC).astimezone(moment.tzinfo).replace(fold=0) != moment.replace(fold=0):
            raise serializers.ValidationError("The clocks skip this time of day; give an offset.")
        return moment


def example(**body: Any) -> Callable[[type[In]], type[In]]:
    """Show ``body`` in the OpenAPI document as what a request may say."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", value=body, request_only=True)])


def validated(serializer: type[In], request: Request) -> dict[str, Any]:
    """Return the body (none is ``{}``) as ``serializer`` accepts it; raise ValidationError naming wrong fields."""
    # DRF shows a missing body as an empty form, in which an absent checkbox means no.
    incoming = serializer(data={} if isinstance(request.data, QueryDict) else request.data)
    incoming.is_valid(raise_exception=True)
    data: dict[str, Any] = incoming.validated_data
    return data


def several(serializer: type[In], *, at_most: int, **kwargs: Any) -> Any:
    """Return a field that takes a list of ``serializer``, from one to ``at_most``."""
    options: dict[str, Any] = {"many": True, "allow_empty": False, "max_length": at_most, **kwargs}
    return serializer(**options)
