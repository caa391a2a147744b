"""Paging by key: a page starts after (or ends before) the sort values of a row, so page 900 costs what page 1 does."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from kernel.errors import Invalid

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of an ordering. ``name`` is a field or annotation that is never null; ``parse`` reads it from JSON."""

    name: str
    is_descending: bool
    parse: Callable[[Any], Any]

    def reversed(self) -> SortKey:
        return SortKey(self.name, not self.is_descending, self.parse)


@dataclass(frozen=True, slots=True)
class KeyPage:
    """Rows of one page, and the cursors of its neighbours ("" at an end)."""

    rows: list[Any]
    next: str
    previous: str


def take_page(
    rows: QuerySet[Any, Any],
    keys: Sequence[SortKey],
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
    whole: QuerySet[Any, Any] | None = None,
) -> KeyPage:
    """Return one page of ``rows`` in the order of ``keys``, whose last one must be unique.

    Costs one query of ``size`` + 1 rows wherever the page lies. Raises Invalid for a cursor that we did not make.
    With ``whole`` only the keys are taken from ``rows``, by an index alone where it has what the filters ask, and the
    page from ``whole``, which has the same annotations.
    """
    cursor, is_backward = (before, True) if before else (after, False)
    order = [key.reversed() for key in keys] if is_backward else list(keys)
    if cursor:
        rows = rows.filter(_beyond(order, _decode(cursor, order)))
    chosen = rows.order_by(*_columns(order))[: size + 1]
    if whole is not None:
        chosen = whole.filter(pk__in=chosen.values("pk")).order_by(*_columns(order))
    found = list(chosen)
    has_more = len(found) > size
    found = found[:size]
    if is_backward:
        found.reverse()
    if not found:
        return KeyPage([], "", "")
    has_next, has_previous = (True, has_more) if is_backward else (has_more, bool(after))
    return KeyPage(
        found,
        next=_encode(found[-1], keys) if has_next else "",
        previous=_encode(found[0], keys) if has_previous else "",
    )


def neighbours(rows: QuerySet[Any, Any], keys: Sequence[SortKey], row: Any) -> tuple[Any, Any]:
    """Return the rows before and after ``row`` in the order of ``keys``, None at an end: two queries of one row.

    ``row`` carries the values of the keys; it need not be among ``rows`` (any more).
    """
    values = [getattr(row, key.name) for key in keys]
    backward = [key.reversed() for key in keys]
    found = [rows.filter(_beyond(way, values)).order_by(*_columns(way)).first() for way in (backward, keys)]
    return found[0], found[1]


def _columns(keys: Sequence[SortKey]) -> list[str]:
    return [f"-{key.name}" if key.is_descending else key.name for key in keys]


def _beyond(keys: Sequence[SortKey], values: Sequence[Any]) -> Q:
    """Build (a > x) or (a = x and b > y) or …, each column in its own direction.

    That a is x or beyond follows from it; said as well, it is where an index scan starts.
    """
    condition, equal = Q(), Q()
    for key, value in zip(keys, values, strict=True):
        comparison = "lt" if key.is_descending else "gt"
        condition |= equal & Q(**{f"{key.name}__{comparison}": value})
        equal &= Q(**{key.name: value})
    start = "lte" if keys[0].is_descending else "gte"
    return Q(**{f"{keys[0].name}__{start}": values[0]}) & condition


def _encode(row: Model, keys: Sequence[SortKey]) -> str:
    values = [_plain(getattr(row, key.name)) for key in keys]
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(cursor: str, keys: Sequence[SortKey]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [key.parse(value) for key, value in zip(keys, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise Invalid("This page link is damaged. Start again from the first page.", code="bad_cursor") from error


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def parse_text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not a text")
    return value


def parse_int(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
        raise ValueError("not a whole number")
    return value


def parse_float(value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or abs(value) > 1e300:
        raise ValueError("not a number")
    return float(value)


def parse_date(value: Any) -> date:
    return date.fromisoformat(value)


def parse_moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("without a time zone")
    return moment
