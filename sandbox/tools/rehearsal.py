"""A server that every AWS client gets some answer from, so that a warm-up sees a call from its start to its end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from typing import NoReturn

from sandbox.jail import kernel

_CREDENTIALS = b"""{"Code": "Success", "LastUpdated": "2026-01-01T00:00:00Z", "Type": "AWS-HMAC", "AccessKeyId": "ASIAREHEARSAL0000000",
"SecretAccessKey": "-", "Token": "-", "Expiration": "2099-01-01T00:00:00Z"}"""
_METADATA = {b"/api/token": b"token", b"/security-credentials/": b"role", b"/security-credentials/role": _CREDENTIALS}

_HANDSHAKE = b"\x16"  # of TLS, which is not spoken here: whoever begins one is told so by any answer


@contextlib.contextmanager
def answering() -> Iterator[str]:
    """Its URL, while it lives: a process of its own, for a zygote must not have threads."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        zygote = os.getpid()
        pid = os.fork()
        if pid == 0:
            kernel.die_with(zygote)
            _serve(listener)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _serve(listener: socket.socket) -> NoReturn:
    try:
        while True:
            conn, _address = listener.accept()
            with conn:
                kind, body = _answer(_request(conn))
                head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                conn.sendall(head.encode() + body)
    finally:
        os._exit(0)


def _request(conn: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data and not data.startswith(_HANDSHAKE):
        if not (more := conn.recv(65536)):
            break
        data += more
    head, _blank, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length and (more := conn.recv(65536)):
        body += more
    return head + b"\r\n\r\n" + body


def _answer(request: bytes) -> tuple[str, bytes]:
    """A kind and a body. In JSON nothing is an answer; in XML it is an element for each of the protocols' ways to wrap one."""
    target = request.split(b" ", 2)[1] if b" " in request else b"/"
    for ending, text in _METADATA.items():
        if target.endswith(ending):
            return "text/plain", text
    action = next((pair[7:].decode() for pair in request.partition(b"\r\n\r\n")[2].split(b"&") if pair.startswith(b"Action=")), "")
    if action:
        return "text/xml", f"<{action}Response><{action}Result/></{action}Response>".encode()
    if b"/s3/" in request:
        return "application/xml", b"<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"
    return "application/json", b"{}"
