"""By which name failed sign-ins are counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

LONGEST = 254  # an address; the count's column holds one character more


def typed_address(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Return the e-mail as typed, in one case: people are found whatever the case, so spellings must not add tries."""
    given = (credentials or request.POST).get("username") or ""
    return str(given).lower()[:LONGEST]
