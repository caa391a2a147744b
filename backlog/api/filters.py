"""Query parameters: those a list names, once each, with a value of their kind. Anything else is a 422."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django_filters import FilterSet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError

MAX_VALUE_LENGTH = 1000


class StrictFilterBackend(DjangoFilterBackend):
    """Typed filters of a view's ``filterset_class``; a wrong value is a 422 that names it."""

    raise_exception = True


def known_parameters(view: Any) -> set[str]:
    """Return the parameters that the view's current action understands: a list's own, else its ``query_parameters``."""
    if getattr(view, "action", None) != "list":
        return set(getattr(view, "query_parameters", {}).get(getattr(view, "action", None), ()))
    filterset: type[FilterSet] | None = getattr(view, "filterset_class", None)
    names = set(filterset.base_filters) if filterset else set()
    names |= {"cursor", "page_size"}
    if getattr(view, "orderings", None):
        names.add("ordering")
    return names


def check_parameters(query: QueryDict, known: set[str]) -> None:
    """Raise ValidationError naming each parameter that is unknown, repeated or not plain text."""
    wrong = {}
    for name, values in query.lists():
        if name not in known:
            wrong[name[:50]] = ["This parameter is not known here."]
        elif len(values) > 1:
            wrong[name] = ["Give this parameter once."]
        elif not values[0]:
            wrong[name] = ["Give a value, or leave the parameter out."]
        elif not _is_plain(values[0]):
            wrong[name] = ["Holds characters that cannot be searched for."]
    if wrong:
        raise ValidationError(wrong)


def _is_plain(value: str) -> bool:
    """No control characters, half characters (invalid UTF-8), or digits of other scripts."""
    return len(value) <= MAX_VALUE_LENGTH and all(
        char.isprintable() and char != "\ufffd" and (char.isascii() or not char.isdigit()) for char in value
    )
