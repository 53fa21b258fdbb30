"""HTTP into a live checkout: learners' servers as they are, hostile ones, and the account."""

import socket
import threading

import pytest

from sandbox.errors import Fault, LearnerError
from sandbox.jail import inside, reach, sockdiag

AT = {8080: "127.0.0.1", 8081: "::1", 8082: "10.0.1.23", 8083: "0.0.0.0"}
SERVERS = " ".join(f"python3 -m http.server {port} --bind {address} &>/dev/null &" for port, address in AT.items())
HOSTILE = r"""
import socket, threading, time
def serve(port, talk):
    listener = socket.create_server(("127.0.0.1", port))
    def accept():
        while True:
            one = listener.accept()[0]
            threading.Thread(target=run, args=(one,), daemon=True).start()
    def run(one):
        with one:
            try:
                one.recv(65536)
                talk(one)
            except OSError:
                pass
    threading.Thread(target=accept, daemon=True).start()
def forever(first, rest, pause=0):
    def talk(one):
        one.sendall(first)
        while True:
            one.sendall(rest)
            time.sleep(pause)
    return talk
OK = b"HTTP/1.1 200 OK\r\n"
serve(7001, lambda one: one.sendall(b"220 mail.example ESMTP\r\n"))
serve(7002, forever(OK, b"X-More: %s\r\n" % (b"x" * 60)))
serve(7003, forever(OK + b"\r\n", b"x" * 65536))
serve(7004, forever(OK + b"\r\n", b"x", 0.05))
serve(7005, forever(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 4096))
serve(7006, lambda one: one.sendall(OK + b"Content-Length: 99999999\r\n\r\nshort"))
serve(7007, lambda one: one.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello"))
serve(7008, forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000))
serve(7009, lambda one: one.sendall(OK + b"X-Folded: a\r\n Set-Cookie: b\r\nX-Null: d\x00e\r\nContent-Length: 2\r\nBad Name: c\r\n\r\nok"))
serve(7010, lambda one: time.sleep(60))
serve(7011, lambda one: None)
serve(7012, lambda one: one.sendall(b"HTTP/1.1 999999999999999999999999 OK\r\n\r\n"))
print("ready"); input()
"""


def get(console, port, target="/", **fields):
    request = reach.Request(f"localhost:{port}", port, fields.pop("method", "GET"), target, **fields)
    return reach.fetch(console.live.inside, request)


def why(console, port, **fields):
    with pytest.raises(LearnerError) as caught:
        get(console, port, **fields)
    return caught.value.code


def test_the_kernel_says_what_is_listened_on():
    with sockdiag.connect() as diag, socket.create_server(("127.0.0.1", 0)) as four, socket.socket(socket.AF_INET6) as six:
        six.bind(("::1", 0))
        six.listen()
        found = set(sockdiag.listening(diag))
        assert {four.getsockname()[:2], six.getsockname()[:2]} <= found
        with socket.create_connection(four.getsockname()) as connected:
            assert connected.getsockname() not in set(sockdiag.listening(diag))


@pytest.mark.slow
def test_a_learners_server_is_reached_wherever_it_listens(jail_checkout):
    jail_checkout.run("echo '<h1>mine</h1>' > index.html")
    pipe = jail_checkout.live.inside({"kind": "watch"})
    told = reach.ports(pipe)
    command = jail_checkout.begin(f"{SERVERS} read x; kill $(jobs -p); wait; read x")
    assert next(found for found in told if len(found) >= len(AT)) == list(AT), "and none of the sandbox's own"
    for port in AT:
        answer = get(jail_checkout, port)
        assert (answer.status, answer.body, dict(answer.headers)["Content-type"]) == (200, b"<h1>mine</h1>\n", "text/html")
    assert get(jail_checkout, 8080, method="HEAD").body == b""
    assert get(jail_checkout, 8080, "/none?x=1").status == 404
    assert get(jail_checkout, 8080, method="POST", body=b"x" * 300_000).status == 501
    jail_checkout.live.send(b"\n")
    assert next(found for found in told if not found) == []
    assert why(jail_checkout, 8080) == "port-closed"
    jail_checkout.live.send(b"\n")
    command.ended()
    pipe.shutdown(socket.SHUT_RDWR)
    assert list(told) == []
    pipe.close()


@pytest.mark.slow
def test_a_hostile_server_costs_a_bounded_time_and_nothing_else(jail_checkout, monkeypatch):
    (jail_checkout.folder / "home/environment/hostile.py").write_text(HOSTILE)
    command = jail_checkout.begin("python3 hostile.py")
    command.seen("ready")
    monkeypatch.setattr(reach, "SECONDS", 1.0)
    monkeypatch.setattr(reach, "MAX_BODY", 1_000_000)
    expected = {
        7001: "no-http", 7002: "no-http", 7003: "answer-bytes", 7004: "answer-late", 7005: "no-http", 7006: "no-http",
        7007: "no-http", 7008: "no-http", 7010: "answer-late", 7011: "no-http", 7012: "no-http",
    }  # fmt: skip
    assert {port: why(jail_checkout, port) for port in expected} == expected
    headers = get(jail_checkout, 7009).headers
    assert ("X-Folded", "a  Set-Cookie: b") in headers and ("X-Null", "d e") in headers
    assert not [name for name, value in headers if name == "Set-Cookie" or "Bad" in name]
    jail_checkout.live.send(b"\n")
    command.ended()


def test_nothing_but_the_sandbox_itself_is_reached(supervisor, open_checkout):
    """Not this machine, not another sandbox, not the metadata of its own."""
    mine, other = open_checkout(supervisor), open_checkout(supervisor)
    command = other.begin("python3 -u -m http.server 8080")
    command.seen("Serving")
    assert get(other, 8080).status == 200
    with socket.create_server(("127.0.0.1", 0)) as here:
        assert why(mine, here.getsockname()[1]) == "port-closed"
    assert [why(mine, port) for port in (8080, 80, 443, 53)] == ["port-closed"] * 4
    for header in ({"kind": "dial", "port": 22, "cloud": True}, {"kind": "dial", "port": 0}, {"kind": "dial", "port": "x"}):
        again = open_checkout(supervisor)
        with again.live.inside(header) as pipe, pytest.raises(Fault):
            pipe.settimeout(20)
            assert pipe.recv(1) == b""
            again.live.run("true")
    other.live.kill()
    command.ended()


def test_what_would_make_two_requests_of_one_is_not_sent(jail_checkout):
    for fields in (
        {"target": "/ HTTP/1.1\r\nX: y"}, {"target": "http://example.com/"}, {"target": "/\x00"}, {"method": "GET /x"},
        {"headers": [("X", "a\r\nY: b")]}, {"headers": [("X: y\r\nZ", "a")]}, {"headers": [("X", "\u20ac")]},
        {"body": b"x" * (reach.MAX_BODY + 1)},
    ):  # fmt: skip
        assert why(jail_checkout, 8080, **fields) == "request-unfit"
    with pytest.raises(LearnerError):
        reach.fetch(jail_checkout.live.inside, reach.Request("a\r\nb", 8080, "GET", "/"))


@pytest.mark.slow
def test_many_at_once_and_one_that_never_accepts(jail_checkout):
    """The helper takes sixteen at a time; who asks for more is told so and not kept waiting."""
    (jail_checkout.folder / "home/environment/full.py").write_text(
        "import socket\nlistener = socket.create_server(('127.0.0.1', 7000), backlog=0)\n"
        "held = [socket.create_connection(('127.0.0.1', 7000))]\nprint('ready'); input()\n"
    )
    command = jail_checkout.begin("python3 full.py")
    command.seen("ready")
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(why(jail_checkout, 7000))) for _ in range(inside.MAX_DIALS + 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {"port-silent"}
    jail_checkout.live.send(b"\n")
    command.ended()


@pytest.mark.slow
def test_the_account_answers_by_its_own_names(supervisor, open_checkout):
    console = open_checkout(supervisor)
    console.run("aws s3 mb s3://mine-all-mine; echo hello > f; aws s3 cp f s3://mine-all-mine/f")
    url = console.run("aws s3 presign s3://mine-all-mine/f").output.strip()
    host, _, target = url.removeprefix("https://").partition("/")
    answer = reach.fetch(console.live.inside, reach.Request(host, None, "GET", f"/{target}"))
    assert (answer.status, answer.body) == (200, b"hello\n")
    plain = reach.fetch(console.live.inside, reach.Request(host, None, "GET", "/f", secure=False))
    assert plain.status == 403 and b"AccessDenied" in plain.body
    upload = reach.fetch(console.live.inside, reach.Request(host, None, "PUT", f"/{target}", body=b"x"))
    assert upload.status == 403 and b"SignatureDoesNotMatch" in upload.body
