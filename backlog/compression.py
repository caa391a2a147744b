"""Pages and stylesheets travel compressed where nobody in front of us does it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# An event has to leave at once, not when a block is full; the others are compressed already.
LEFT_ALONE = ("text/event-stream", "font/", "image/png", "application/vnd.openxmlformats")


class Compression(GZipMiddleware):
    """Django's, but for streams of events, packed files and parts of files (a range counts the bytes as they are)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == 206 or response.get("Content-Type", "").startswith(LEFT_ALONE):
            return response
        packed: HttpResponseBase = super().process_response(request, response)
        return packed
