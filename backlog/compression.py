"""Pages and stylesheets travel compressed where nobody in front of us does it."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware

# An event has to leave at once, not when a block is full; the others are compressed already.
LEFT_ALONE = ("text/event-stream", "font/", "image/png", "application/vnd.openxmlformats")
# Answers without a body, to which packing would give one, and parts of files: a range counts the bytes as they are.
AS_THEY_ARE = {204, 206, 304}
ENCODING = "Content-Encoding"
GZIP = 31  # zlib's window bits for one gzip member


class Compression(GZipMiddleware):
    """Django's, but for streams of events, packed files, parts of files and answers without a body."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code in AS_THEY_ARE or response.get("Content-Type", "").startswith(LEFT_ALONE):
            return response
        plain = response.streaming_content if isinstance(response, StreamingHttpResponse) else None
        packed: HttpResponseBase = super().process_response(request, response)
        if (
            isinstance(packed, StreamingHttpResponse)
            and isinstance(plain, AsyncIterator)
            and packed.has_header(ENCODING)
        ):
            # Django packs each piece of an asynchronous stream by itself, and browsers stop after the first.
            packed.streaming_content = _pack(plain)
        return packed


async def _pack(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    packer = zlib.compressobj(wbits=GZIP)
    async for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
