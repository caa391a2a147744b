"""What an answer that is sent in pieces holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from django.http import StreamingHttpResponse


def streamed(answer: object) -> bytes:
    """Return all that an answer sends."""
    assert isinstance(answer, StreamingHttpResponse)
    pieces = answer.streaming_content
    assert isinstance(pieces, Iterator)
    return b"".join(pieces)


async def streamed_async(answer: object) -> bytes:
    """Return all that an answer sends under ASGI."""
    return b"".join([piece async for piece in stream_of(answer)])


def stream_of(answer: object) -> AsyncIterator[bytes]:
    """Return the pieces of an answer under ASGI as they come."""
    assert isinstance(answer, StreamingHttpResponse)
    pieces = answer.__aiter__()
    assert isinstance(pieces, AsyncIterator)
    return pieces
