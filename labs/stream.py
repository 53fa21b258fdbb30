"""The page's one event stream: Server-Sent Events over ``labs.events.follow``.

An SSE id is a position of the attempt's stream. ``Last-Event-ID`` (a browser's own reconnecting) or ``?after=`` (the page's) says where
to go on. Where events are missing the page gets the whole console in one ``refresh`` event instead.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation

from labs import access, events, views
from labs.models import Attempt

SECONDS = 600.0
"""After this the stream ends and the page connects again, so that it is authorised again."""


@login_required
async def stream(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Authorise, then stream without touching the database again (but for a gap)."""
    attempt = await sync_to_async(access.seen_attempt)(request, pk)
    readonly = attempt.user_id != (await request.auser()).pk
    await sync_to_async(close_old_connections)()
    if request.method == "HEAD":
        return HttpResponse(content_type="text/event-stream")
    after = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    answer = StreamingHttpResponse(_body(attempt.pk, after, translation.get_language(), readonly), content_type="text/event-stream")
    answer["Cache-Control"] = "no-cache"
    answer["X-Accel-Buffering"] = "no"
    return answer


async def _body(pk: int, after: str, language: str, readonly: bool) -> AsyncIterator[bytes]:
    end = time.monotonic() + SECONDS
    yield b": hello\n\n"
    lost = False
    while time.monotonic() < end:
        async with contextlib.aclosing(_followed(pk, after, language, readonly, lost=lost)) as following:
            async for position, piece in following:
                after = position
                yield piece
                if time.monotonic() > end:
                    break
        lost = True
    yield frame("bye", "{}")


async def _followed(pk: int, after: str, language: str, readonly: bool, *, lost: bool) -> AsyncGenerator[tuple[str, bytes], None]:
    """(position, what to send). Ends after a gap: the state then sent says itself from where to follow.

    ``lost``: that was just tried. Where it leads into a gap again, its events are gone for good, and the gap's own end is next.
    """
    async with contextlib.aclosing(cast(AsyncGenerator[Any, None], events.follow(pk, after))) as following:
        async for item in following:
            if isinstance(item, events.Event):
                after, lost = item.position, False
                yield after, frame(item.name, json.dumps(item.data), after)
            elif isinstance(item, events.Gap):
                state = await sync_to_async(_state)(pk, language, readonly)
                after = item.position if lost else state["after"]
                yield after, frame("refresh", json.dumps(state), after)
                return
            else:
                yield after, b": still here\n\n"


def frame(name: str, data: str, position: str = "") -> bytes:
    """One event. ``data`` has no line break: it is JSON."""
    head = f"id: {position}\n" if position else ""
    return f"{head}event: {name}\ndata: {data}\n\n".encode()


def _state(pk: int, language: str, readonly: bool) -> dict[str, str]:
    """Everything the page shows of the attempt, as HTML by where it belongs."""
    try:
        with translation.override(language):
            return views.fragments(Attempt.objects.select_related("sandbox", "user").get(pk=pk), readonly=readonly)
    finally:
        close_old_connections()
