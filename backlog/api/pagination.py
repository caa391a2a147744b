"""Pages by key: ``{"next", "previous", "results"}``.

A cursor holds the key of a page's edge and is signed, for one list in one order: the next page starts after that key,
whatever was added or removed in between, and costs the same however deep it is (OFFSET does not).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from kernel.bounds import whole_number

DEFAULT_SIZE, MAX_SIZE = 50, 200


class KeyPagination(BasePagination):
    """Reads the view's ``orderings``: name → key, fields with ``-`` for descending, the last one unique, none null.

    The first ordering is the default. A view without ``orderings`` is listed newest id first.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        orderings: dict[str, Sequence[str]] = getattr(view, "orderings", None) or {"-id": ("-id",)}
        name = request.query_params.get("ordering", next(iter(orderings)))
        if name not in orderings:
            raise ValidationError({"ordering": [f"Give one of: {', '.join(orderings)}."]})
        self._request, self._key = request, orderings[name]
        self._salt = f"cursor:{request.path}:{name}"
        is_backward, edge = self._read_cursor(request.query_params.get("cursor"))
        size = _page_size(request.query_params.get("page_size"))
        key = _reversed(self._key) if is_backward else self._key
        rows = list((queryset if edge is None else queryset.filter(_after(key, edge))).order_by(*key)[: size + 1])
        has_more = len(rows) > size
        rows = rows[:size][:: -1 if is_backward else 1]
        self._has_next = is_backward or has_more
        self._has_previous = has_more if is_backward else edge is not None
        self._page = rows
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self._link(self._page[-1], False) if self._page and self._has_next else None,
                "previous": self._link(self._page[0], True) if self._page and self._has_previous else None,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        names: dict[str, dict[str, Any]] = {
            "cursor": {"type": "string"},
            "page_size": {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE},
        }
        if orderings := getattr(view, "orderings", None):
            names["ordering"] = {"type": "string", "enum": list(orderings)}
        return [{"name": name, "in": "query", "required": False, "schema": kind} for name, kind in names.items()]

    def _read_cursor(self, text: str | None) -> tuple[bool, list[Any] | None]:
        if text is None:
            return False, None
        try:
            is_backward, edge = signing.loads(text, salt=self._salt)
        except signing.BadSignature as error:
            raise ValidationError({"cursor": ["This cursor is not one of this list's."]}) from error
        return is_backward, [_revived(value) for value in edge]

    def _link(self, row: Any, is_backward: bool) -> str:
        edge = [_kept(_value(row, field)) for field in self._key]
        cursor = signing.dumps([is_backward, edge], salt=self._salt)
        return str(replace_query_param(self._request.build_absolute_uri(), "cursor", cursor))


def _page_size(text: str | None) -> int:
    if text is None:
        return DEFAULT_SIZE
    size = whole_number(text)
    if size is None or not 1 <= size <= MAX_SIZE:
        raise ValidationError({"page_size": [f"Give a number from 1 to {MAX_SIZE}."]})
    return size


def _reversed(key: Sequence[str]) -> list[str]:
    return [field[1:] if field.startswith("-") else f"-{field}" for field in key]


def _after(key: Sequence[str], edge: Sequence[Any]) -> Q:
    """Rows that come after ``edge``: a bound on the first field for the index, then the lexicographic rest."""
    condition, equal = Q(), Q()
    for field, value in zip(key, edge, strict=True):
        name = field.lstrip("-")
        side = "lt" if field.startswith("-") else "gt"
        condition |= equal & Q(**{f"{name}__{side}": value})
        equal &= Q(**{name: value})
    first = key[0].lstrip("-")
    return Q(**{f"{first}__{'lte' if key[0].startswith('-') else 'gte'}": edge[0]}) & condition


def _value(row: Any, field: str) -> Any:
    for part in field.lstrip("-").split("__"):
        row = getattr(row, part)
    return row


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return {"on": value.isoformat()} if isinstance(value, date) else value


def _revived(value: Any) -> Any:
    if isinstance(value, dict):
        return parse_datetime(value["at"]) if "at" in value else date.fromisoformat(value["on"])
    return value
