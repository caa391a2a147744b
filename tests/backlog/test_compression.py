"""What travels compressed, and what must not."""

from __future__ import annotations

import gzip

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from backlog.compression import Compression

GZIP = {"Accept-Encoding": "gzip, br"}


def packed(response: HttpResponse | StreamingHttpResponse) -> bool:
    request: HttpRequest = RequestFactory().get("/", headers=GZIP)
    answer = Compression(lambda _request: response)(request)
    return "Content-Encoding" in answer  # type: ignore[operator]


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
