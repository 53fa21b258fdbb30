"""Sends what is made while it is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header


def attachment(parts: Iterator[bytes], *, name: str, kind: str) -> StreamingHttpResponse:
    """A file that the browser keeps and never shows."""
    answer = StreamingHttpResponse(_sent(parts), content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    answer["Cache-Control"] = "no-store"
    return answer


async def _sent(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each part is made in the request's own thread: queries and compression must not hold up the other pages of this process."""
    following = sync_to_async(_next, thread_sensitive=True)
    while (part := await following(parts)) is not None:
        yield part


def _next(parts: Iterator[bytes]) -> bytes | None:
    return next(parts, None)
