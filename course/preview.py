"""The previews' host names, before Django sees anything: no session, no cookie, no middleware of the site's takes part.

A request goes to the worker that holds the sandbox (``labs.visits``) and from there to the learner's program, over a connection made
inside the sandbox's network. Whatever comes back is hostile: see ``preview_headers``.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from django.conf import settings
from django.db import connections
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation.trans_real import parse_accept_lang_header
from redis.exceptions import RedisError

from course import preview_headers
from course.preview_headers import Headers
from labs import listening, previews, visits, wording
from labs.previews import Preview
from sandbox.errors import Fault, LearnerError
from sandbox.jail.reach import MAX_BODY, SECONDS

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

THREADS = 48
AT_ONCE = 4
"""So many requests of one attempt travel at a time, the others wait their turn."""
BODY_SECONDS = 30.0
TURN_SECONDS = 20.0
VISIT_SECONDS = SECONDS + 10.0
_STATUS = {
    "preview-unknown": 404, "request-bytes": 413, "request-slow": 408, "request-unfit": 400, "preview-upgrade": 501,
    "preview-service-worker": 403, "answer-late": 504, "busy": 503, "preview-busy": 503, "preparing": 503,
    "rebuilding": 503, "preview-away": 503,
}  # fmt: skip


@dataclass(slots=True)
class Asked:
    """A browser's request, headers by lower-case name and in order."""

    method: str
    target: str
    headers: Headers
    body: bytes = b""
    by_name: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.by_name = dict(self.headers)

    @property
    def null_origin(self) -> bool:
        return self.by_name.get("origin") == "null"


@dataclass(frozen=True, slots=True)
class Said:
    status: int
    headers: Headers
    body: bytes = b""


class Previews:
    """``app`` with the hosts under ``PREVIEW_HOST`` answered before it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="preview")
        self._turns: WeakValueDictionary[int, asyncio.Semaphore] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        label = label_of(scope) if scope["type"] in {"http", "websocket"} else None
        if label is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _send(send, scope["method"], await self._answer(label, scope, receive))

    async def _answer(self, label: str, scope: Scope, receive: Receive) -> Said:
        asked = _asked(scope)
        preview: Preview | None = None
        try:
            preview = _refuse(await self._in_thread(previews.find, label), asked)
            if asked.method == "OPTIONS" and asked.null_origin and "access-control-request-method" in asked.by_name:
                return Said(204, [*preview_headers.preflight(asked.by_name), *preview_headers.ours(preview.site)])
            asked.body = await _body(receive)
            return await self._in_turn(preview, asked)
        except RedisError:
            return words("preview-away", preview, asked)
        except TimeoutError:
            return words("preview-busy", preview, asked)
        except LearnerError as error:
            return words(error.code, preview, asked, **error.values)
        except Fault as fault:
            log.exception("a preview of attempt %s: %s", preview and preview.attempt, fault.code)
            return words("preview-lost", preview, asked)

    async def _in_turn(self, preview: Preview, asked: Asked) -> Said:
        turn = self._turns.setdefault(preview.attempt, asyncio.Semaphore(AT_ONCE))
        async with asyncio.timeout(TURN_SECONDS):
            await turn.acquire()
        try:
            return await self._in_thread(_fetch, preview, asked)
        finally:
            turn.release()

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **_: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)


def label_of(scope: Scope) -> str | None:
    """The part of the Host header before ``PREVIEW_HOST``; None where the host is not under it."""
    suffix = settings.PREVIEW_HOST
    host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
    host = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    if not suffix or (host != suffix and not host.endswith(f".{suffix}")):
        return None
    return host.removesuffix(suffix).removesuffix(".")


def _asked(scope: Scope) -> Asked:
    target = (scope.get("raw_path") or b"/").decode("latin-1")
    if scope["query_string"]:
        target += f"?{scope['query_string'].decode('latin-1')}"
    return Asked(scope["method"], target, [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]])


def _refuse(preview: Preview | None, asked: Asked) -> Preview:
    if preview is None:
        raise LearnerError("preview-unknown")
    if "service-worker" in asked.by_name:
        raise LearnerError("preview-service-worker")
    if asked.by_name.get("upgrade", "").lower() == "websocket":
        raise LearnerError("preview-upgrade")
    return preview


async def _body(receive: Receive) -> bytes:
    """Raises LearnerError: request-large, request-slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":  # half a body is not to be passed on as one
                    raise LearnerError("request-slow")
                body += message.get("body", b"")
                if len(body) > MAX_BODY:
                    raise LearnerError("request-bytes", limit=MAX_BODY)
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        raise LearnerError("request-slow") from None


def _fetch(preview: Preview, asked: Asked) -> Said:
    """In a thread: wait for the worker."""
    target = preview.target
    try:
        if target.port and not listening.is_running(preview.attempt):
            raise LearnerError("preview-idle", port=target.port)
        header = {
            "host": target.own,
            "port": target.port or None,
            "secure": target.secure,
            "method": asked.method,
            "target": asked.target,
            "headers": preview_headers.inward(asked.headers, target),
        }
        answer = visits.visit(preview.sandbox, "fetch", header, asked.body, timeout=VISIT_SECONDS)
    finally:
        connections.close_all()
    given = [(str(name), str(value)) for name, value in answer.header["headers"]]
    headers = preview_headers.outward(given, preview, null_origin=asked.null_origin)
    if asked.method == "HEAD":
        headers += [(name, value) for name, value in given if name.lower() == "content-length" and value.isdecimal()][:1]
    return Said(int(answer.header["status"]), headers, answer.body)


def words(code: str, preview: Preview | None, asked: Asked, **values: Any) -> Said:
    """A page of ours, in the learner's language; a line of text to what asks for no page."""
    nonce = secrets.token_urlsafe(16)
    with translation.override(preview.language if preview else _language(asked)):
        text = wording.words(code, **values)
        if "text/html" not in asked.by_name.get("accept", ""):
            kind, body = "text/plain", text + "\n"
        else:
            style = format_html('<style nonce="{}">{}</style>', nonce, mark_safe(_style()))  # noqa: S308 - a file of ours
            kind, body = "text/html", render_to_string("preview.html", {"words": text, "style": style})
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; sandbox; frame-ancestors {preview.site if preview else '*'}"
    headers = [
        ("Content-Type", f"{kind}; charset=utf-8"),
        *((name, policy if name == "Content-Security-Policy" else value) for name, value in preview_headers.ours("")),
    ]
    return Said(_STATUS.get(code, 502), headers, body.encode())


@cache
def _style() -> str:
    return (settings.BASE_DIR / "static" / "css" / "said.css").read_text()


def _language(asked: Asked) -> str:
    offered = {name for name, _ in settings.LANGUAGES}
    wanted = (name.partition("-")[0] for name, _quality in parse_accept_lang_header(asked.by_name.get("accept-language", "")))
    return next((name for name in wanted if name in offered), settings.LANGUAGE_CODE)


async def _send(send: Send, method: str, said: Said) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in said.headers]
    bodiless = method == "HEAD" or said.status in {204, 304}
    if not bodiless:
        headers.append((b"content-length", str(len(said.body)).encode()))
    await send({"type": "http.response.start", "status": said.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless else said.body})
