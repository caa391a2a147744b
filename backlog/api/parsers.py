"""One strict JSON document: what another reader could understand differently is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

MAX_DEPTH = 20
MAX_INT_DIGITS = 19
MAX_FLOAT_CHARS = 40


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
    """Return the document in ``body``; raise ParseError saying what is wrong with it. Linear in its length."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError("The body is not UTF-8.") from error
    _refuse_depth(text)
    try:
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_bounded_int,
            parse_float=_bounded_float,
        )
    except json.JSONDecodeError as error:
        raise ParseError(f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    _refuse_text(document)
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
        if name in found:
            raise ParseError(f"The name {name[:50]!a} is given twice.")
        found[name] = value
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ParseError(f"{name} is not a number.")


def _bounded_int(text: str) -> int:
    if len(text) > MAX_INT_DIGITS:
        raise ParseError("A number is too large.")
    return int(text)


def _bounded_float(text: str) -> float:
    number = float(text) if len(text) <= MAX_FLOAT_CHARS else float("inf")
    if number in (float("inf"), float("-inf")):
        raise ParseError("A number is too large.")
    return number


def _refuse_text(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise ParseError("Text holds a NUL or half a character.")
    elif isinstance(value, list):
        for item in value:
            _refuse_text(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_text(name)
            _refuse_text(item)
