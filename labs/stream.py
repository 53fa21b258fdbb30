"""A page's one event stream: Server-Sent Events over ``labs.events.follow``.

An SSE id is a position of the stream that is followed. ``Last-Event-ID`` (a browser's own reconnecting) or ``?after=`` (the page's) says
where to go on. Where events are missing the page gets all that it shows in one ``refresh`` event instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from labs import access, events, presence, views
from labs.models import Attempt

SECONDS = 600.0
"""After this the stream ends and the page connects again, so that it is authorised again."""
_STILL_HERE = b": still here\n\n"
AGAIN = "again"
"""An event of this name is a gap: what changed does not go into pieces."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a stream is for. ``state``: everything the page shows, as HTML by where it belongs, and ``after``; None where the visitor
    may see it no longer, which ends the stream. ``shape``: of an event what this page gets; None: nothing. ``beat``: said every
    15 seconds while the page is open."""

    name: events.Name
    state: Callable[[], dict[str, Any] | None]
    shape: Callable[[events.Event], dict[str, Any] | None] = lambda event: event.data
    beat: Callable[[], None] = lambda: None


@login_required
@require_safe
async def stream(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Authorise, then stream without touching the database again (but for a gap)."""
    try:
        attempt = await sync_to_async(access.seen_attempt)(request, pk)
        readonly = attempt.user_id != (await request.auser()).pk
    finally:
        await sync_to_async(close_old_connections)()
    state = partial(_state, attempt.pk, translation.get_language(), readonly)
    mine = {} if readonly else {"beat": partial(presence.here, attempt.user_id)}
    return answer(request, Page(attempt.pk, state, **mine))


def answer(request: HttpRequest, page: Page) -> HttpResponseBase:
    """To a visitor who may see the page."""
    if request.method == "HEAD":
        return HttpResponse(content_type="text/event-stream")
    after = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    response = StreamingHttpResponse(_body(page, after), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


async def _body(page: Page, after: str) -> AsyncIterator[bytes]:
    beaten = time.monotonic()
    end = beaten + SECONDS
    yield b": hello\n\n"
    await asyncio.to_thread(page.beat)
    lost, allowed = False, True
    while time.monotonic() < end:
        async with contextlib.aclosing(_followed(page, after, lost=lost)) as following:
            async for position, piece in following:
                after, allowed = position, bool(piece)
                if not allowed:
                    break
                yield piece
                if (now := time.monotonic()) > end:
                    break
                if now - beaten >= presence.EVERY_SECONDS:
                    beaten = now
                    await asyncio.to_thread(page.beat)
        if not allowed:
            break
        lost = True
    yield frame("bye", "{}")


async def _followed(page: Page, after: str, *, lost: bool) -> AsyncGenerator[tuple[str, bytes], None]:
    """(position, what to send; nothing: it ends). Ends after a gap: the state then sent says itself from where to follow.

    ``lost``: that was just tried. Where it leads into a gap again, its events are gone for good, and the gap's own end is next.
    """
    async with contextlib.aclosing(cast(AsyncGenerator[Any, None], events.follow(page.name, after))) as following:
        async for item in following:
            if isinstance(item, events.Event) and item.name != AGAIN:
                after, lost = item.position, False
                data = page.shape(item)
                yield after, _STILL_HERE if data is None else frame(item.name, json.dumps(data), after)
            elif isinstance(item, events.KeepAlive):
                yield after, _STILL_HERE
            else:
                state = await sync_to_async(page.state)()
                after = item.position if lost or state is None else state["after"]
                yield after, frame("refresh", json.dumps(state), after) if state is not None else b""
                return


def frame(name: str, data: str, position: str = "") -> bytes:
    """One event. ``data`` has no line break: it is JSON."""
    head = f"id: {position}\n" if position else ""
    return f"{head}event: {name}\ndata: {data}\n\n".encode()


def _state(pk: int, language: str, readonly: bool) -> dict[str, Any]:
    """Everything the page shows of the attempt, as HTML by where it belongs."""
    try:
        with translation.override(language):
            return views.fragments(Attempt.objects.select_related("sandbox", "user").get(pk=pk), readonly=readonly)
    finally:
        close_old_connections()
