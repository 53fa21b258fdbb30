"""HTTP into a live checkout, from the worker: to a port that the learner's program listens on, or to the simulated account.

The connection is made by the helper inside the sandbox's network (``inside.py``) and handed out; nothing but that network can be
reached by it. What answers is a learner's program: it may be slow, endless, enormous or no HTTP at all.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import wire
from sandbox.errors import Fault, LearnerError

MAX_BODY = 16 * 1024 * 1024
"""Bytes of a request's and of an answer's body."""
SECONDS = 15.0
"""From the first byte of the request to the last of the answer."""
_MAX_LINES = 50_000
_DIAL_SECONDS = 8.0
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TARGET = re.compile(r"/[!-~]*")
_HOST = re.compile(r"[A-Za-z0-9.:_\[\]-]+")
_UNFIT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
_OWN = {"host", "connection", "content-length", "transfer-encoding", "expect", "upgrade", "keep-alive", "te", "trailer"}

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """``host``: what the Host header says. ``port``: of the learner's program, None for the account, which is then asked by TLS where
    ``secure``. ``target``: path and query as they go onto the wire. ``headers`` without those that are the connection's own."""

    host: str
    port: int | None
    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    secure: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """``headers`` in order; values are texts of bytes (latin-1), without control characters."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _NoHttpError(Exception):
    pass


def _no_verification() -> ssl.SSLContext:
    """Nobody but the account can listen at its address, and the address is reached by nothing but the sandbox's network."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


_TLS = _no_verification()


def fetch(inside: Callable[[dict[str, Any]], socket.socket], request: Request) -> Answer:
    """``inside``: of ``remote.Checkout``. Raises LearnerError: ``port-closed`` (nobody listens), ``port-silent`` (not accepted, or too many
    at once), ``no-http``, ``answer-late``, ``answer-bytes``, ``request-unfit``; and Fault."""
    head = _head(request)
    if len(request.body) > MAX_BODY:
        raise LearnerError("request-unfit")
    with dial(inside, request.port, secure=request.secure) as connection:
        end = time.monotonic() + SECONDS
        try:
            return _talk(connection, request, head, end)
        except TimeoutError as error:
            raise LearnerError("answer-late", seconds=round(SECONDS)) from error
        except (_NoHttpError, http.client.HTTPException, ValueError, OSError) as error:
            raise LearnerError("no-http", str(error)) from error


def dial(inside: Callable[[dict[str, Any]], socket.socket], port: int | None, *, secure: bool = True) -> socket.socket:
    """A connection made inside the sandbox. Raises as ``fetch``."""
    header = {"kind": "dial", "port": port} if port is not None else {"kind": "dial", "cloud": True, "port": 443 if secure else 80}
    with inside(header) as pipe:
        pipe.settimeout(_DIAL_SECONDS)
        try:
            frame = wire.Reader(pipe).read()
        except (wire.WireError, TimeoutError) as error:
            raise Fault("network", f"The sandbox's network did not answer: {error}.") from error
    try:
        if frame.kind == "connected" and frame.fds:
            return socket.socket(fileno=frame.fds.pop(0))
        why = frame.header.get("why")
    finally:
        frame.close()
    raise LearnerError("port-closed" if why == "closed" else "port-silent", port=port)


@contextlib.contextmanager
def listened(inside: Callable[[dict[str, Any]], socket.socket], told: Callable[[list[int]], object]) -> Iterator[None]:
    """Until the block ends ``told`` is called, in a thread of its own, with the ports that are listened on, whenever these change."""
    with inside({"kind": "watch"}) as pipe:
        thread = threading.Thread(target=lambda: [told(found) for found in ports(pipe)], name="ports", daemon=True)
        thread.start()
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # the helper may have gone
                pipe.shutdown(socket.SHUT_RDWR)
            thread.join()


def ports(pipe: socket.socket) -> Iterator[list[int]]:
    """From ``inside({"kind": "watch"})``: the ports that are listened on, whenever they change, until either end closes the socket."""
    reader = wire.Reader(pipe)
    with contextlib.suppress(wire.WireError):
        while True:
            frame = reader.read()
            frame.close()
            yield [int(port) for port in frame.header.get("ports", [])]


def _head(request: Request) -> bytes:
    if not _TOKEN.fullmatch(request.method) or not _TARGET.fullmatch(request.target) or not _HOST.fullmatch(request.host):
        raise LearnerError("request-unfit")
    lines = [f"{request.method} {request.target} HTTP/1.1", f"Host: {request.host}", "Connection: close"]
    for name, value in request.headers:
        if not _TOKEN.fullmatch(name) or _UNFIT.search(value):
            raise LearnerError("request-unfit")
        if name.lower() not in _OWN:
            lines.append(f"{name}: {value}")
    if request.body or request.method in {"POST", "PUT", "PATCH"}:
        lines.append(f"Content-Length: {len(request.body)}")
    try:
        return "\r\n".join([*lines, "", ""]).encode("latin-1")
    except UnicodeEncodeError:
        raise LearnerError("request-unfit") from None


def _talk(connection: socket.socket, request: Request, head: bytes, end: float) -> Answer:
    connection.settimeout(_left(end))
    if request.port is None and request.secure:
        connection = _TLS.wrap_socket(connection, server_hostname=request.host.partition(":")[0])
    with connection:
        # A program may answer, and hang up, before it has read everything.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(head + request.body)
        return _read(_Stream(connection, end), request.method)


def _read(stream: _Stream, method: str) -> Answer:
    response = http.client.HTTPResponse(stream, method=method)  # type: ignore[arg-type] # all it asks of a socket is makefile()
    response.begin()
    if not 200 <= response.status <= 599:
        raise _NoHttpError(f"status {response.status}")
    body = response.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise LearnerError("answer-bytes", limit=MAX_BODY)
    if response.length:
        raise _NoHttpError(f"{response.length} bytes of the answer are missing")
    headers = [(name, _UNFIT.sub(" ", value).strip()) for name, value in response.getheaders() if _TOKEN.fullmatch(name)]
    return Answer(response.status, headers, body)


class _Stream(io.RawIOBase):
    """Reads until a moment that no trickle of bytes puts off."""

    def __init__(self, connection: socket.socket, end: float) -> None:
        super().__init__()
        self._connection, self._end = connection, end

    def makefile(self, _mode: str) -> _Lines:
        return _Lines(self, 65536)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        self._connection.settimeout(_left(self._end))
        return self._connection.recv_into(buffer)


class _Lines(io.BufferedReader):
    """What an answer is read by. Millions of chunks of a byte, or headers without end, cost more than they carry."""

    lines = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        self.lines += 1
        if self.lines > _MAX_LINES:
            raise _NoHttpError("an answer in too many pieces")
        return super().readline(size)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
