"""What a page answers when a request fails in a way that no view expected."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader

RETRY_AFTER_SECONDS = 5
BUSY = "Busy. Nothing was changed; try again."
AWAY = {
    "heading": "Back in a moment",
    "words": "The database does not answer. Nothing was changed by this request. Try again in a few seconds.",
}
BROKEN = {
    "heading": "Something broke",
    "words": "The server could not finish. Nothing was changed by this request. Try again; if it happens again, tell "
    "your administrator when it happened.",
}


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 and when to come back while the database is away or busy, else 500. Asks the database for nothing.

    Django calls this while it handles the exception. A view cannot catch this one: who is signed in is read before it.
    """
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    if is_away and request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse({"code": "unavailable", "detail": BUSY, "fields": {}}, status=503)
    else:
        text = loader.render_to_string("500.html", AWAY if is_away else BROKEN)
        response = HttpResponse(text, status=503 if is_away else 500)
    if is_away:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
