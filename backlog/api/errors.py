"""Every refusal as ``{"code", "detail", "fields"}``: for machines, for people, and what is wrong with which field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from backlog.api.parsers import TooLarge
from backlog.failures import BUSY, RETRY_AFTER_SECONDS
from kernel.errors import DomainError

CODES = {400: "malformed", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}


def handle(error: Exception, _context: Mapping[str, Any]) -> Response | None:
    """Answer a known error in the one form; return None for an unknown one, which is a bug and stays a 500."""
    if isinstance(error, DomainError):
        return answer(error.status, error.code, error.detail, error.fields)
    if isinstance(error, DataError):
        return answer(422, "invalid", "A value is out of range.")
    if isinstance(error, OperationalError | InterfaceError):
        return answer(503, "unavailable", BUSY, retry_after=RETRY_AFTER_SECONDS)
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    return _of_framework(error) if isinstance(error, exceptions.APIException) else None


def answer(
    status: int, code: str, detail: str, fields: Mapping[str, str] | None = None, *, retry_after: int | None = None
) -> Response:
    """Return the one form of an error."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Response({"code": code, "detail": detail, "fields": dict(fields or {})}, status=status, headers=headers)


def _of_framework(error: exceptions.APIException) -> Response:
    if isinstance(error, exceptions.ValidationError):
        fields = dict(_flat(error.detail))
        general = fields.pop("", None)
        return answer(422, "invalid", general or _summary(fields), fields)
    response = answer(error.status_code, CODES.get(error.status_code, str(error.default_code)), str(error.detail))
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    return response


def _summary(fields: Mapping[str, str]) -> str:
    name, words = next(iter(fields.items()), ("", "The request is not valid."))
    return f"{name}: {words}" if name else words


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield ``("lines.2.qty", words)`` for each leaf; what is about the whole comes with an empty path."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flat(inner, path if name == "non_field_errors" else f"{path}.{name}".strip("."))
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        for position, inner in enumerate(detail):
            if inner:
                yield from _flat(inner, f"{path}.{position}".strip("."))
    elif isinstance(detail, list):
        yield path, " ".join(str(item) for item in detail)
    else:
        yield path, str(detail)
