"""HTTP/1.1 on listeners made elsewhere, one thread a connection. No file, no name, no port is opened here."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY, environ_key_for_header, should_preserve_original_header_name

MAX_BODY = 64 * 1024 * 1024
HANDSHAKE_SECONDS = 10
IDLE_SECONDS = 60
MAX_CONNECTIONS = 128
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Server:
    """Serves ``app`` on a listener until the process ends. ``tls`` None means plain HTTP. Past MAX_CONNECTIONS callers wait."""

    def __init__(self, listener: socket.socket, app: Application, tls: ssl.SSLContext | None) -> None:
        self.listener = listener
        self.app = app
        self.tls = tls
        self._free = threading.Semaphore(MAX_CONNECTIONS)

    def start(self) -> None:
        threading.Thread(target=self._accept, name="accept", daemon=True).start()

    def _accept(self) -> None:
        self.listener.setblocking(True)
        while True:
            self._free.acquire()
            connection, address = self.listener.accept()
            threading.Thread(target=self._serve, args=(connection, address), daemon=True).start()

    def _serve(self, connection: socket.socket, address: Any) -> None:
        try:
            self.talk(connection, address)
        finally:
            self._free.release()

    def talk(self, connection: socket.socket, address: Any) -> None:
        """Serve one connection to its end."""
        # A learner's program may say nothing, or rubbish: neither may hold up an accept, so the handshake happens here.
        with contextlib.suppress(OSError, ssl.SSLError), connection:
            connection.settimeout(HANDSHAKE_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is None:
                Handler(connection, address, self)  # type: ignore[arg-type]
                return
            with self.tls.wrap_socket(connection, server_side=True) as secure:
                Handler(secure, address, self)  # type: ignore[arg-type]


class TooLargeError(Exception):
    """A body over MAX_BODY, or one whose length makes no sense."""


class Handler(BaseHTTPRequestHandler):
    """One connection: keeps it alive between requests, hands each to the application with its body already read."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = 65536
    server: Server  # type: ignore[assignment]

    def do_any(self) -> None:
        try:
            body = self._body()
        except (TooLargeError, ValueError):
            self.close_connection = True
            self.send_error(413)
            return
        answer: list[Any] = []
        chunks = self.server.app(self._environ(body), lambda status, headers, *_: answer.extend((status, headers)))
        content = b"".join(chunks)
        self._answer(answer[0], answer[1], content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = do_OPTIONS = do_any  # noqa: N815

    def _answer(self, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        code = int(status.split(maxsplit=1)[0])
        self.send_response_only(code)
        self.send_header("Date", self.date_time_string())
        length = None
        for name, value in headers:
            if name.lower() == "content-length":
                length = value
            elif name.lower() not in ("connection", "transfer-encoding", "date"):
                self.send_header(name, value.replace("\r", " ").replace("\n", " "))
        head = self.command == "HEAD"
        if code >= 200 and code not in (204, 304):
            self.send_header("Content-Length", length if head and length is not None else str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not head and code not in (204, 304):
            self.wfile.write(content)
        self.wfile.flush()

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= MAX_BODY:
            raise TooLargeError
        body = self.rfile.read(length)
        if len(body) != length:
            raise ConnectionError("the client left in the middle of a body")
        return body

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := int(self.rfile.readline(1024).split(b";")[0].strip() or b"x", 16):
            if not 0 < size <= MAX_BODY - len(body):
                raise TooLargeError
            chunk = self.rfile.read(size)
            if len(chunk) != size:
                raise ConnectionError("the client left in the middle of a chunk")
            body += chunk
            self.rfile.readline(1024)
        while self.rfile.readline(65536).strip():
            pass  # Trailers.
        return bytes(body)

    def _environ(self, body: bytes) -> dict[str, Any]:
        url = urlsplit("http://host" + self.path if self.path.startswith("/") else self.path)
        environ: dict[str, Any] = {
            "wsgi.version": (1, 0), "wsgi.url_scheme": "https" if self.server.tls else "http", "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
            "REQUEST_METHOD": self.command, "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(url.path or "/").decode("latin-1"), "QUERY_STRING": url.query,
            "REQUEST_URI": self.path, "RAW_URI": self.path,
            "REMOTE_ADDR": self.client_address[0], "SERVER_NAME": "localhost", "SERVER_PORT": "443" if self.server.tls else "80",
            "SERVER_PROTOCOL": self.request_version,
        }  # fmt: skip
        return environ | headers_to_environ(self.headers.items())

    def handle_expect_100(self) -> bool:
        """The client holds its body back until this arrives."""
        self.send_response_only(100)
        self.end_headers()
        self.wfile.flush()
        return True

    def log_message(self, *_: Any) -> None:
        """Requests are the learner's own affair."""


def headers_to_environ(headers: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """WSGI's spelling. A header with an underscore is dropped, for it could pose as another, except S3's metadata, kept as spelt."""
    environ: dict[str, Any] = {}
    kept: dict[str, str] = {}
    for name, value in headers:
        key = environ_key_for_header(name)
        if "_" in name:
            if not should_preserve_original_header_name(name):
                continue
            kept.setdefault(key, name)
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ | {PRESERVED_HEADER_NAMES_ENVIRON_KEY: kept}
