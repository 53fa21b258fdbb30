"""The previews' host names: what gets in, what gets out, and that the site's own machinery has no part in it."""

import asyncio
import json
from typing import Any

import pytest

from course import checks
from course import preview as module
from course.preview import Previews, label_of
from course.preview_headers import inward, outward
from labs import listening, previews, visits
from labs.previews import Preview, Target
from sandbox.errors import Fault, LearnerError

MINE = Preview(7, "5f1c", Target(port=8080), "http://127.0.0.1:8000", "en")
BUCKET = Preview(7, "5f1c", Target(host="b.s3.amazonaws.com", secure=True), "http://127.0.0.1:8000", "ko")


class Worker:
    """Stands for everything behind ``visits.visit``."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 200, [("Content-Type", "text/html")], b"<h1>mine</h1>"
        self.error: Exception | None = None
        self.asked: list[tuple[dict[str, Any], bytes]] = []

    def __call__(self, sandbox: str, kind: str, header: dict, body: bytes = b"", *, timeout: float = 20) -> visits.Answer:
        assert (sandbox, kind) == ("5f1c", "fetch")
        self.asked.append((json.loads(json.dumps(header)), body))
        if self.error:
            raise self.error
        return visits.Answer({"status": self.status, "headers": self.headers}, self.body)


@pytest.fixture
def worker(monkeypatch, settings) -> Worker:
    settings.PREVIEW_HOST = "preview.localhost"
    found = Worker()
    monkeypatch.setattr(visits, "visit", found)
    monkeypatch.setattr(listening, "is_running", lambda attempt: True)
    monkeypatch.setattr(previews, "find", {"8080-7-secret": MINE, "aws-7-secret": BUCKET}.get)
    return found


async def site(scope, receive, send) -> None:
    raise AssertionError("Django was asked")


class Got:
    def __init__(self, messages: list[dict]) -> None:
        self.status = messages[0]["status"]
        self.headers = {name.decode(): value.decode("latin-1") for name, value in messages[0]["headers"]}
        self.body = b"".join(message.get("body", b"") for message in messages[1:])
        self.text = self.body.decode(errors="replace")


async def get(path: str = "/", *, label: str = "8080-7-secret", method: str = "GET", body: bytes = b"", app=None, **headers: str) -> Got:
    raw, _, query = path.partition("?")
    given = [(b"host", f"{label}.preview.localhost:8000".encode())]
    given += [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "raw_path": raw.encode(), "path": raw, "query_string": query.encode(), "headers": given}
    pieces = [body[at : at + 65536] for at in range(0, len(body), 65536)] or [b""]
    messages: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message) -> None:
        messages.append(message)

    await (app or Previews(site))(scope, receive, send)
    return Got(messages)


def test_only_hosts_under_its_own_are_taken(settings) -> None:
    settings.PREVIEW_HOST = "preview.localhost"

    def label(host: str) -> str | None:
        return label_of({"headers": [(b"x", b"y"), (b"host", host.encode())]})

    assert label("127.0.0.1:8000") is label("localhost") is label("xpreview.localhost") is label("preview.localhost.example.org") is None
    assert label("A-1-b.Preview.LOCALHOST:8000") == "a-1-b"
    assert label("preview.localhost") == "" and label("a.b.preview.localhost") == "a.b"
    settings.PREVIEW_HOST = ""
    assert label("a.preview.localhost") is None and label("") is None


def test_a_site_under_the_previews_host_does_not_start(settings) -> None:
    settings.PREVIEW_HOST, settings.ALLOWED_HOSTS = "example.org", ["course.example.org", "localhost", ".example.org", "myexample.org"]
    assert [error.id for error in checks.preview_host()] == ["course.E001", "course.E001"]
    settings.PREVIEW_HOST = ""
    assert checks.preview_host() == []


async def test_a_page_of_a_learners_program_has_no_origin_no_cookie_and_no_referrer(worker) -> None:
    worker.headers += [
        ("Set-Cookie", "sessionid=stolen; Domain=localhost"), ("X-Frame-Options", "DENY"), ("Connection", "close, X-Hop"), ("X-Hop", "1"),
        ("Transfer-Encoding", "chunked"), ("Strict-Transport-Security", "max-age=9"), ("Alt-Svc", "h3=':1'"), ("Clear-Site-Data", '"*"'),
        ("Service-Worker-Allowed", "/"), ("X-Accel-Redirect", "/etc/passwd"),
        ("X-Sendfile", "/etc/passwd"), ("Cache-Control", "public, max-age=99"), ("X-Own", "kept"), ("Content-Length", "13"),
    ]  # fmt: skip
    got = await get("/a%20b?x=1", cookie="sessionid=secret", referer="http://8080-7-secret.preview.localhost/", accept="text/html")
    assert (got.status, got.body) == (200, b"<h1>mine</h1>")
    gone = {"set-cookie", "x-frame-options", "x-hop", "connection", "transfer-encoding", "strict-transport-security", "alt-svc",
            "clear-site-data", "service-worker-allowed", "x-accel-redirect", "x-sendfile"}  # fmt: skip
    assert not gone & set(got.headers)
    assert got.headers["content-security-policy"].startswith("sandbox allow-scripts") and "same-origin" not in str(got.headers)
    assert "top-navigation" not in str(got.headers)
    assert got.headers["content-security-policy"].endswith("frame-ancestors http://127.0.0.1:8000")
    assert got.headers["x-content-type-options"] == "nosniff" and got.headers["referrer-policy"] == "no-referrer"
    assert got.headers["x-own"] == "kept" and got.headers["cache-control"] == "no-store" and got.headers["content-length"] == "13"
    header, _body = worker.asked[0]
    assert header | {"headers": []} == {
        "host": "localhost:8080", "port": 8080, "secure": False, "method": "GET", "target": "/a%20b?x=1", "headers": [],
    }  # fmt: skip
    assert header["headers"] == [["accept", "text/html"]]


async def test_their_own_policy_is_kept_beside_ours(worker) -> None:
    kept = outward([("Content-Security-Policy", "img-src 'self'")], MINE, null_origin=False)
    assert [value.split()[0] for name, value in kept if name.lower() == "content-security-policy"] == ["img-src", "sandbox"]


async def test_every_method_and_body_goes_on(worker) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "PROPFIND"):
        await get("/upload", method=method, body=b"x" * 200_000, origin="null", content_type="text/plain")
    assert [(header["method"], len(body)) for header, body in worker.asked] == [
        (method, 200_000) for method in ("POST", "PUT", "PATCH", "DELETE", "PROPFIND")
    ]
    assert ["origin", "http://localhost:8080"] in worker.asked[0][0]["headers"], "what it would be in a browser of their own"
    worker.status, worker.headers = 204, []
    got = await get(method="DELETE")
    assert (got.status, got.body, "content-length" in got.headers) == (204, b"", False)
    worker.status, worker.headers = 200, [("Content-Length", "99")]
    got = await get(method="HEAD")
    assert (got.body, got.headers["content-length"]) == (b"", "99")


async def test_a_page_may_call_its_own_program(worker) -> None:
    """Without an origin its own address is another one to it, and the browser asks first."""
    got = await get("/api", method="OPTIONS", origin="null", access_control_request_method="PUT", access_control_request_headers="x-a")
    assert (got.status, got.headers["access-control-allow-methods"], got.headers["access-control-allow-headers"]) == (204, "PUT", "x-a")
    assert worker.asked == []
    worker.headers = [("Access-Control-Allow-Origin", "http://localhost:3000")]
    assert (await get("/api", origin="null")).headers["access-control-allow-origin"] == "*"
    assert (await get("/api", origin="https://evil.example")).headers["access-control-allow-origin"] == "http://localhost:3000"


def test_the_account_sees_no_origin_and_its_own_name() -> None:
    assert inward([("origin", "null"), ("host", "x"), ("range", "bytes=0-9"), ("sec-fetch-mode", "cors")], BUCKET.target) == [
        ("range", "bytes=0-9")
    ]


@pytest.mark.parametrize(
    ("preview", "location", "expected"),
    [
        (MINE, "/next?x=1", "/next?x=1"),
        (MINE, "http://localhost:8080/next?x=1", "/next?x=1"),
        (MINE, "http://127.0.0.1:8080", "/"),
        (MINE, "http://localhost:8080//evil.example/", "/evil.example/"),
        (MINE, "http://localhost:3000/x", "http://127.0.0.1:8000/attempts/7/preview/3000/"),
        (MINE, "https://b.s3.amazonaws.com/k?a=b&c", "http://127.0.0.1:8000/attempts/7/open/?url=https%3A%2F%2Fb.s3.amazonaws.com%2Fk%3Fa%3Db%26c"),
        (BUCKET, "http://b.s3.amazonaws.com/folder/", "/folder/"),
        (BUCKET, "https://c.s3.amazonaws.com/", "http://127.0.0.1:8000/attempts/7/open/?url=https%3A%2F%2Fc.s3.amazonaws.com%2F"),
        (MINE, "https://example.com/", "https://example.com/"),
        (MINE, "http://[::1", "http://[::1"),
        (MINE, "http://localhost:99999/", "http://localhost:99999/"),
    ],
)  # fmt: skip
def test_redirects_stay_where_they_can(preview, location, expected) -> None:
    assert dict(outward([("Location", location)], preview, null_origin=False))["location"] == expected


async def test_what_is_refused_is_refused_in_words(worker, monkeypatch) -> None:
    got = await get(label="8080-7-wrong", accept="text/html", accept_language="ko-KR,ko;q=0.9")
    assert (got.status, got.headers["content-type"]) == (404, "text/html; charset=utf-8") and "더 이상 유효하지" in got.text
    assert "nonce-" in got.headers["content-security-policy"] and "default-src 'none'" in got.headers["content-security-policy"]
    assert (await get(label="", accept_language="xx")).text.startswith("This address leads nowhere")
    assert (await get(upgrade="websocket", connection="Upgrade")).status == 501
    assert (await get(service_worker="script")).status == 403
    assert (await get(method="POST", body=b"x" * (module.MAX_BODY + 1))).status == 413
    assert worker.asked == []
    for error, status, words in (
        (LearnerError("port-closed", port=8080), 502, "Nothing listens on port 8080"),
        (LearnerError("answer-late", seconds=15), 504, "within 15 seconds"),
        (LearnerError("answer-bytes", limit=16 * 1024 * 1024), 502, "larger than 16 MB"),
        (LearnerError("busy"), 503, ""),
        (Fault("lost"), 502, "our fault"),
    ):
        worker.error = error
        got = await get()
        assert (got.status, got.headers["content-type"]) == (status, "text/plain; charset=utf-8") and words in got.text
    monkeypatch.setattr(listening, "is_running", lambda attempt: False)
    got = await get(accept="text/html")
    assert got.status == 502 and "a server ends with its command" in got.text


async def test_a_body_that_does_not_come_is_not_waited_for(worker, monkeypatch) -> None:
    monkeypatch.setattr(module, "BODY_SECONDS", 0.01)
    messages: list[dict] = []

    async def never() -> dict:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [(b"host", b"8080-7-secret.preview.localhost")],
    }
    await Previews(site)(scope, never, send)
    assert messages[0]["status"] == 408


async def test_half_a_body_goes_nowhere(worker) -> None:
    pieces: list[dict] = [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> dict:
        return pieces.pop(0)

    async def send(message) -> None:
        pass

    headers = [(b"host", b"8080-7-secret.preview.localhost")]
    scope = {"type": "http", "method": "PUT", "raw_path": b"/", "query_string": b"", "headers": headers}
    await Previews(site)(scope, receive, send)
    assert pieces == [] and worker.asked == []


async def test_one_learners_hanging_program_leaves_the_others_their_turn(worker, monkeypatch) -> None:
    import threading

    free, waiting = threading.Event(), threading.Semaphore(0)
    answer = visits.visit

    def hang(sandbox, kind, header, body=b"", *, timeout=20):
        waiting.release()
        assert free.wait(20)
        return answer(sandbox, kind, header, body)

    monkeypatch.setattr(visits, "visit", hang)
    monkeypatch.setattr(module, "TURN_SECONDS", 0.05)
    app = Previews(site)
    hanging = [asyncio.create_task(get(app=app)) for _ in range(module.AT_ONCE)]
    for _ in hanging:
        await asyncio.to_thread(waiting.acquire)
    assert (await get(app=app)).status == 503
    free.set()
    assert {(await one).status for one in hanging} == {200}
    monkeypatch.setattr(module, "TURN_SECONDS", 10)
    waiting_their_turn = await asyncio.gather(*(get(app=app) for _ in range(module.AT_ONCE + 1)))
    assert {one.status for one in waiting_their_turn} == {200}


async def test_a_websocket_is_closed() -> None:
    messages: list[dict] = []

    async def send(message) -> None:
        messages.append(message)

    await Previews(site)({"type": "websocket", "headers": [(b"host", b"x.preview.localhost")]}, None, send)  # type: ignore[arg-type]
    assert messages == [{"type": "websocket.close", "code": 1008}]


async def test_everything_else_is_the_sites(worker) -> None:
    with pytest.raises(AssertionError, match="Django was asked"):
        await Previews(site)({"type": "http", "headers": [(b"host", b"127.0.0.1:8000")]}, None, None)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="Django was asked"):
        await Previews(site)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
