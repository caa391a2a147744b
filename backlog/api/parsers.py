"""One strict JSON document: what another reader could understand differently is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

MAX_DEPTH = 20
MAX_INT_DIGITS = 19
MAX_FLOAT_CHARS = 40


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Stands in for a value that was refused, until its place is known."""

    why: str


class TooLarge(APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = "The body is too large."


class StrictJSONParser(BaseParser):
    """UTF-8; depth at most 20; no NaN or Infinity, repeated names, NUL, lone surrogates or boundless numbers."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        _refuse_other_charsets(media_type or "")
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        return read_json(body)


def read_json(body: bytes) -> Any:
    """Return the document in ``body``; raise ParseError saying what is wrong with it, and where. O(its length)."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError("The body is not UTF-8.") from error
    _refuse_depth(text)
    try:
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=lambda name: _Wrong(f"{name} is not a number."),
            parse_int=_bounded_int,
            parse_float=_bounded_float,
        )
    except json.JSONDecodeError as error:
        raise ParseError(f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    _refuse_wrong(document, ())
    return document


def _refuse_other_charsets(media_type: str) -> None:
    for parameter in media_type.lower().split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name == "charset" and value.strip('"') not in ("utf-8", "utf8"):
            raise UnsupportedMediaType(media_type, "Send UTF-8.")


def _refuse_depth(text: str) -> None:
    """Count brackets outside strings, before the recursive parser sees the text."""
    depth, in_string, is_escaped = 0, False, False
    for char in text:
        if in_string:
            if is_escaped:
                is_escaped = False
            elif char == "\\":
                is_escaped = True
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ParseError(f"Nested deeper than {MAX_DEPTH} levels.")
        elif char in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = _Wrong("The name is given twice.") if name in found else value
    return found


def _bounded_int(text: str) -> int | _Wrong:
    return int(text) if len(text) <= MAX_INT_DIGITS else _Wrong("The number is too large.")


def _bounded_float(text: str) -> float | _Wrong:
    number = float(text) if len(text) <= MAX_FLOAT_CHARS else float("inf")
    return number if abs(number) != float("inf") else _Wrong("The number is too large.")


def _refuse_wrong(value: Any, place: tuple[str | int, ...]) -> None:
    if isinstance(value, _Wrong):
        _refuse(value.why, place)
    elif isinstance(value, str):
        _refuse_text(value, place)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            _refuse_wrong(item, (*place, i))
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_text(name, place)
            _refuse_wrong(item, (*place, name))


def _refuse_text(text: str, place: tuple[str | int, ...]) -> None:
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        _refuse("Text holds a NUL or half a character.", place)


def _refuse(why: str, place: tuple[str | int, ...]) -> NoReturn:
    """Raise ParseError with the place as other refusals name it: ``lines.2.qty``."""
    named = ".".join(str(part)[:50] for part in place)
    raise ParseError(f"{named}: {why}" if named else why)
