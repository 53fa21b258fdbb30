"""A learner with a browser's manners: signs in over HTTP, posts what the page posts, follows the page's event stream."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

PATIENCE = 120.0
THINKS = 0.2  # seconds between two commands: nobody types the next in the moment in which the last one ends
_SHOWN = re.compile(r'class="out-lines">(?!</span><span class="out-current"></span>)')


@dataclass(frozen=True, slots=True)
class Heard:
    """One event: when it came (``time.monotonic``), its name, the command it is of, the bytes it carries; of a block whether it runs;
    whether there is output in it."""

    at: float
    name: str
    command: int
    size: int
    running: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class Ran:
    """Seconds from Enter to the first output (None: there was none) and to the end; how it ended; bytes of events it made."""

    first: float | None
    done: float
    ok: bool
    size: int


class Learner:
    """Not for several threads at once, but for its stream, which has one of its own."""

    def __init__(self, port: int, name: str, password: str) -> None:
        self._port, self.name = port, name
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._cookies: dict[str, str] = {}
        self._stream: Stream | None = None
        self.attempt = 0
        self._sign_in(password)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.leave()
        self._connection.close()

    def open(self, lab: str) -> float:
        """Press Start; seconds until the page has a prompt."""
        self.leave()
        begun = time.monotonic()
        page = self._get(self._post(f"/labs/{lab}/start/"))
        self.attempt = int(_found(r'data-url-stream="/attempts/(\d+)/stream/"', page))
        if 'data-ready="ready"' not in page:
            with Stream(self._port, self._cookie(), self.attempt, _found(r'data-after="([^"]*)"', page)) as stream:
                stream.wait(lambda heard: heard.name in {"reload", "refresh"}, 0)
            page = self._get(f"/attempts/{self.attempt}/")
        took = time.monotonic() - begun
        self._listen(_found(r'data-after="([^"]*)"', page))
        return took

    def reset(self) -> float:
        """Press Reset; seconds until the page is there again."""
        self.leave()
        begun = time.monotonic()
        page = self._get(self._post(f"/attempts/{self.attempt}/reset/"))
        took = time.monotonic() - begun
        self._listen(_found(r'data-after="([^"]*)"', page))
        return took

    def run(self, line: str, patience: float = PATIENCE) -> Ran:
        """Press Enter and wait for the end. Raises TimeoutError, RuntimeError where it was refused."""
        assert self._stream is not None  # noqa: S101
        time.sleep(THINKS)
        stream, mark, begun = self._stream, self._stream.mark(), time.monotonic()
        fields = {"line": line, "key": str(uuid.uuid4()), "cols": "100"}
        status, _headers, body = self._send("POST", f"/attempts/{self.attempt}/commands/", fields, {"X-Requested-With": "fetch"})
        if status != 200:
            raise RuntimeError(f"{status}: {body.decode(errors='replace')[:200]}")
        number = int(_found(r'id="command-(\d+)"', body.decode()))
        last = stream.wait(lambda heard: heard.name == "block" and heard.command == number and not heard.running, mark, patience)
        mine = [heard for heard in stream.since(mark) if heard.command == number]
        first = next((heard.at for heard in mine if heard.shown), None)
        ok = "is-failed" not in stream.last_block
        return Ran(None if first is None else first - begun, last.at - begun, ok, sum(heard.size for heard in mine))

    def visit(self, path: str) -> float:
        """Seconds until a page is there, without what it loads."""
        begun = time.monotonic()
        self._get(quote(path, safe="/?=&%"))
        return time.monotonic() - begun

    def leave(self) -> None:
        """Close the page."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _listen(self, after: str) -> None:
        self._stream = Stream(self._port, self._cookie(), self.attempt, after)

    def _sign_in(self, password: str) -> None:
        self._get("/sign-in/")
        place = self._post("/sign-in/", {"username": self.name, "password": password})
        if place != "/":
            raise RuntimeError(f"{self.name} could not sign in")

    def _get(self, path: str) -> str:
        status, headers, body = self._send("GET", path)
        if status in {301, 302}:
            return self._get(urlsplit(headers["location"]).path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status}")
        return body.decode()

    def _post(self, path: str, fields: dict[str, str] | None = None) -> str:
        """Where it redirects to."""
        status, headers, _body = self._send("POST", path, fields or {})
        if status != 302:
            raise RuntimeError(f"POST {path}: {status}")
        return urlsplit(headers["location"]).path

    def _send(
        self, method: str, path: str, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        body = None if fields is None else urlencode({**fields, "csrfmiddlewaretoken": self._cookies.get("csrftoken", "")})
        form = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
        sent = {"Cookie": self._cookie(), "Accept-Language": "en", **form, **(headers or {})}
        try:
            self._connection.request(method, path, body, sent)
            answer = self._connection.getresponse()
        except (http.client.HTTPException, OSError):  # kept alive too long: the server has closed it
            self._connection.close()
            self._connection.request(method, path, body, sent)
            answer = self._connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.headers, answer.read()

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())


class Stream:
    """A page's event stream, read by a thread of its own."""

    def __init__(self, port: int, cookie: str, attempt: int, after: str) -> None:
        self._heard: list[Heard] = []
        self._change = threading.Condition()
        self._ended = False
        self.last_block = ""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._connection.request("GET", f"/attempts/{attempt}/stream/?after={after}", headers={"Cookie": cookie})
        self._answer = self._connection.getresponse()
        if self._answer.status != 200:
            raise RuntimeError(f"the stream of attempt {attempt}: {self._answer.status}")
        self._answer.readline()  # ": hello": from here on nothing is missed
        self._socket = self._connection.sock
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def mark(self) -> int:
        return len(self._heard)

    def since(self, mark: int) -> list[Heard]:
        return self._heard[mark:]

    def wait(self, wanted: Callable[[Heard], bool], mark: int, patience: float = PATIENCE) -> Heard:
        """The first event after ``mark`` that is ``wanted``. Raises TimeoutError, also where the stream has ended."""
        with self._change:
            looked = mark
            end = time.monotonic() + patience
            while True:
                for heard in self._heard[looked:]:
                    if wanted(heard):
                        return heard
                looked = len(self._heard)
                if self._ended or not self._change.wait(max(0.0, end - time.monotonic())):
                    raise TimeoutError("the stream ended" if self._ended else f"nothing came in {patience:.0f} s")

    def close(self) -> None:
        """As a browser does it that leaves: without a word."""
        if self._socket is not None:
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()

    def _read(self) -> None:
        name = ""
        try:
            while line := self._answer.readline():
                if line.startswith(b"event: "):
                    name = line[7:-1].decode()
                elif line.startswith(b"data: "):
                    self._note(name, line[6:])
        except (OSError, http.client.HTTPException, ValueError):
            pass
        with self._change:
            self._ended = True
            self._change.notify_all()

    def _note(self, name: str, body: bytes) -> None:
        at = time.monotonic()
        data: dict[str, Any] = json.loads(body)
        html = data.get("html", "")
        lines = data.get("lines", "") + data.get("current", "")
        if name == "block":
            self.last_block = html[:300]
            lines = "shown" if _SHOWN.search(html[:20_000]) else ""
        heard = Heard(at, name, int(data.get("id", 0)), len(body), "data-running" in html[:600], bool(lines))
        with self._change:
            self._heard.append(heard)
            self._change.notify_all()


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"{pattern} is not on the page")
    return match[1]
