"""Filters of lists: typed, ASCII, one meaning a name. A value that does not fit is refused, never ignored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError

from kernel.errors import Invalid
from kernel.text import clean_text

_DAY = re.compile(r"(20[0-9]{2}|2100)-[0-9]{2}-[0-9]{2}")


class DayField(forms.DateField):
    def to_python(self, value: Any) -> date | None:
        if value and not _DAY.fullmatch(str(value)):
            raise ValidationError("Give a day as YYYY-MM-DD.")
        return super().to_python(value)


class TextField(forms.CharField):
    def to_python(self, value: Any) -> str:
        try:
            return clean_text(super().to_python(value) or "", field="text", max_length=200)
        except Invalid as error:
            raise ValidationError(error.detail) from error


class DayFilter(django_filters.DateFilter):
    field_class = DayField


class TextFilter(django_filters.CharFilter):
    field_class = TextField


class ChoiceFilter(django_filters.ChoiceFilter):
    """One of the named values."""

    def __init__(self, *, choices: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(choices=list(choices), empty_label=None, null_label=None, **kwargs)


class FlagFilter(django_filters.TypedChoiceFilter):
    """``true`` or ``false``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[("true", "true"), ("false", "false")], coerce=lambda word: word == "true", **kwargs)
