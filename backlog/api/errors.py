"""Errors as ``{"code", "detail", "fields"}``."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from kernel.errors import DomainError


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, DomainError):
        return Response({"code": error.code, "detail": error.detail, "fields": error.fields}, status=error.status)
    return exception_handler(error, context)
