"""What a page answers when a request fails in a way that no view expected."""

from __future__ import annotations

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils import timezone

from backlog.context import chosen
from backlog.styles import styles_url

RETRY_AFTER_SECONDS = 5
BUSY = "Busy. Nothing was changed; try again."
AWAY = {
    "heading": "Back in a moment",
    "words": "The database does not answer. Nothing was changed by this request. Try again in a few seconds; what you "
    "typed is still there when you go back.",
}
BROKEN = {
    "heading": "Something broke",
    "words": "The server could not finish. Nothing was changed by this request. Try again; if it happens again, tell "
    "your administrator the time below, by which the log is found.",
}


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 and when to come back while the database is away or busy, else 500. Asks the database for nothing.

    Django calls this while it handles the exception. A view cannot catch this one: who is signed in is read before it.
    """
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    if is_away and request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse({"code": "unavailable", "detail": BUSY, "fields": {}}, status=503)
    else:
        text = loader.render_to_string("500.html", {**(AWAY if is_away else BROKEN), **_page_of(request)})
        response = HttpResponse(text, status=503 if is_away else 500)
    if is_away:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _page_of(request: HttpRequest) -> dict[str, Any]:
    """Return what the page needs of its frame: looks from cookies alone, and the time in the shop's zone."""
    theme = chosen(request, "theme")
    return {
        "shell": {
            "theme": theme,
            "color_scheme": "light dark" if theme == "system" else theme,
            "styles_url": styles_url(),
        },
        "at": f"{timezone.localtime():%-d %B %Y, %H:%M:%S %Z}",
        "may_repeat": request.method in ("GET", "HEAD"),
    }
