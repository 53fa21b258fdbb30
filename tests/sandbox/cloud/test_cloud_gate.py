"""The door itself, with something else behind it than moto."""

from __future__ import annotations

import io
from typing import Any

import pytest
from werkzeug.wrappers import Response

from sandbox.cloud.gate import PRINCIPAL, Gate
from sandbox.cloud.principals import Principal

OURS = Principal("111122223333", "arn:aws:iam::111122223333:root", "", trusted=True)


def ask(gate: Gate, **environ: Any) -> tuple[int, bytes]:
    usual = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "RAW_URI": "/",
        "QUERY_STRING": "Action=GetCallerIdentity",
        "HTTP_HOST": "sts.amazonaws.com",
        "SERVER_NAME": "x",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(b""),
    }
    status: list[str] = []
    body = b"".join(gate({**usual, **environ}, lambda line, *_: status.append(line)))
    return int(status[0].split()[0]), body


def behind(gate: Gate, service: str, app: Any) -> None:
    gate._apps[service] = app


def test_what_moto_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start: Any) -> Any:
        seen.append(environ)
        return Response("fine")(environ, start)

    gate = Gate()
    behind(gate, "sts", app)
    told = {"HTTP_X_MOTO_ACCOUNT_ID": "666666666666", "HTTP_X_MOTO_SOMETHING": "1", PRINCIPAL: OURS}
    assert ask(gate, **told) == (200, b"fine")
    assert {name: value for name, value in seen[0].items() if name.startswith("HTTP_X_MOTO")} == {"HTTP_X_MOTO_ACCOUNT_ID": "111122223333"}
    assert gate.touched and not gate.dirty


def test_a_crash_is_said_once_and_survived(capsys: pytest.CaptureFixture[str]) -> None:
    """Clients try a 500 for half a minute; this would fail every time. What it left behind is kept."""

    def app(*_: Any) -> Any:
        raise KeyError("inside")

    gate = Gate()
    behind(gate, "sqs", app)
    queue = {"QUERY_STRING": "Action=PurgeQueue&QueueUrl=q", "HTTP_HOST": "sqs.us-east-1.amazonaws.com", PRINCIPAL: OURS}
    status, body = ask(gate, **queue)
    assert status == 400 and b"<Code>InternalFailure</Code>" in body and b"inside" not in body
    assert "KeyError: 'inside'" in capsys.readouterr().err
    assert gate.dirty
    assert ask(gate, HTTP_HOST="nonesuch.amazonaws.com")[0] == 400


def test_what_moto_lacks_is_not_simulated() -> None:
    def lacking(*_: Any) -> Any:
        raise NotImplementedError("no")

    gate = Gate()
    behind(gate, "sts", lacking)
    status, body = ask(gate, **{PRINCIPAL: OURS})
    assert status == 400 and b"not simulated here: sts GetCallerIdentity" in body
    behind(gate, "sts", Response("<h1>Not Found</h1>", 404, content_type="text/html"))
    assert b"not simulated here" in ask(gate, **{PRINCIPAL: OURS})[1]


def test_broken_xml() -> None:
    put = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": "/a-bucket",
        "RAW_URI": "/a-bucket?tagging",
        "QUERY_STRING": "tagging",
        "HTTP_HOST": "s3.amazonaws.com",
    }
    status, body = ask(Gate(), **put, **{"wsgi.input": io.BytesIO(b"<Tagging"), "CONTENT_TYPE": "application/xml", PRINCIPAL: OURS})
    assert status == 400 and b"<Code>MalformedXML</Code>" in body
