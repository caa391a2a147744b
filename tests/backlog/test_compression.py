"""What travels compressed, and what must not."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from backlog.compression import Compression
from tests.answers import streamed_async

GZIP = {"Accept-Encoding": "gzip, br"}


def packed(response: HttpResponse | StreamingHttpResponse) -> bool:
    request: HttpRequest = RequestFactory().get("/", headers=GZIP)
    answer = Compression(lambda _request: response)(request)
    assert isinstance(answer, HttpResponseBase)
    return "Content-Encoding" in answer.headers


@pytest.mark.django_db
def test_pages_and_styles_are_compressed_for_whoever_takes_it(client: Client) -> None:
    page = client.get("/sign-in/", headers=GZIP)
    style = client.get("/static/css/tokens.css", headers=GZIP)

    assert page["Content-Encoding"] == style["Content-Encoding"] == "gzip"
    assert b"Work email" in gzip.decompress(page.content)
    assert "Content-Encoding" not in client.get("/sign-in/")


def test_events_parts_of_files_and_packed_files_are_left_alone() -> None:
    text = "x" * 1000

    assert packed(HttpResponse(text))
    assert not packed(StreamingHttpResponse(iter([b"data: 1\n\n"]), content_type="text/event-stream"))
    assert not packed(HttpResponse(text, status=206))
    assert not packed(HttpResponse(text, content_type="font/woff2"))


def test_nothing_is_not_packed() -> None:
    """Packed it is twenty bytes, and a server must send none after a 304: it hangs up on the browser instead."""
    assert not packed(StreamingHttpResponse(iter([]), status=304))
    assert not packed(StreamingHttpResponse(iter([]), status=204))


def test_a_file_that_streams_in_pieces_is_packed_as_one() -> None:
    """Browsers read one gzip member: with one a piece they would see the first piece of a script only."""

    async def pieces() -> AsyncIterator[bytes]:
        for n in range(3):
            yield b"%d" % n * 1000

    async def read() -> bytes:
        response = StreamingHttpResponse(pieces(), content_type="text/javascript")
        answer = Compression(lambda _request: response)(RequestFactory().get("/", headers=GZIP))
        return await streamed_async(answer)

    unpacker = zlib.decompressobj(wbits=31)

    assert unpacker.decompress(asyncio.run(read())) == b"0" * 1000 + b"1" * 1000 + b"2" * 1000
    assert (unpacker.eof, unpacker.unused_data) == (True, b"")
