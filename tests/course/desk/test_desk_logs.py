"""Logs: one object a line, whose they are, and no secret in them, however busy it gets."""

import io
import json
import logging
import re
import uuid
from collections.abc import Iterator

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse

from course import logs
from course.people import actions as people
from labs import actions, control, running, tasks
from labs.models import Command

pytestmark = pytest.mark.django_db


class Log:
    """What a process would have written."""

    def __init__(self, formatter: logging.Formatter) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(formatter)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def written() -> Iterator[Log]:
    log = Log(logs.Json())
    root = logging.getLogger()
    level = root.level
    root.addHandler(log.handler)
    root.setLevel(logging.INFO)
    yield log
    root.removeHandler(log.handler)
    root.setLevel(level)


def test_an_object_a_line(written: Log) -> None:
    logging.getLogger("labs.x").error("it %s", "broke", exc_info=ValueError("two\nlines"))
    (line,) = written.lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
    assert (line["level"], line["logger"], line["message"]) == ("error", "labs.x", "it broke")
    assert line["error"].endswith("ValueError: two\nlines")


def test_what_its_writer_knows_stands_in_the_line(written: Log) -> None:
    logging.getLogger("labs.x").error("a check broke", extra={"facts": {"lab": "first", "line": 6}})
    (line,) = written.lines()
    assert (line["lab"], line["line"]) == ("first", 6)


def test_a_line_says_which_request_user_and_attempt(written: Log, attempts, settings) -> None:
    settings.PROXIES = 1
    ann = Client(headers={"x-forwarded-proto": "https", "x-request-id": "from-the-proxy.1"})
    ann.force_login(attempts[0].user)
    answer = ann.get(f"/attempts/{attempts[0].pk}/commands/")
    assert answer["X-Request-ID"] == "from-the-proxy.1"
    line = next(line for line in written.lines() if line["logger"] == "django.request")
    assert (line["request"], line["user"], line["attempt"]) == ("from-the-proxy.1", attempts[0].user_id, attempts[0].pk)
    assert "request" not in logs.of(logging.makeLogRecord({}))


@pytest.mark.parametrize("given", ["", "short", "x" * 65, 'a"b c<script>'])
def test_a_request_id_that_is_none_is_replaced(settings, given: str) -> None:
    settings.PROXIES = 1
    answer = Client().get("/sign-in/", headers={"x-request-id": given, "x-forwarded-proto": "https"})
    assert re.fullmatch(r"[0-9a-f]{16}", answer["X-Request-ID"])


def test_without_proxies_nobody_is_believed(settings) -> None:
    assert not settings.PROXIES
    assert "X-Request-ID" not in Client().get("/sign-in/", headers={"x-request-id": "from-somebody"})


def test_a_workers_line_says_which_command() -> None:
    logs.task_begins(task=tasks.run_command, task_id="0123456789", args=(17,))
    found = logs.of(logging.makeLogRecord({}))
    logs.task_ends()
    assert found == {"task": "01234567", "command": 17}
    assert logs.of(logging.makeLogRecord({})) == {}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("GET /join/abc-DEF_1234567890?x=1", "GET /join/…?x=1"),
        ("to /sign-in/?next=%2Fjoin%2Fabc-DEF_12 now", "to /sign-in/?next=%2Fjoin%2F… now"),
        ("/password/set/MQ/c8x-abcdef/", "/password/set/…"),
        ("Authorization: Bearer abc.def", "Authorization: …"),
        ("with bearer abc.def", "with bearer …"),
        ("Cookie: sessionid=abc; csrftoken=def", "Cookie: …"),
        ("{'sessionid': 'abc', 'next': '/'}", "{'sessionid': '…', 'next': '/'}"),
        ("password=hunter2&next=/", "password=…&next=/"),
        ('"secret_access_key": "wJalr/K7MDENG+x"', '"secret_access_key": "…"'),
        ("AWS_SESSION_TOKEN=FwoGZXIvYXdz/+==", "AWS_SESSION_TOKEN=…"),
        ("key ASIAIOSFODNN7EXAMPLE used", "key … used"),
        ("postgresql://course:pa55@db/course", "postgresql://course:…@db/course"),
        ("boom\nDETAIL:  Key (line)=(echo mine) exists.", "boom\nDETAIL: …"),
        ("sandbox 12 was put away by boss", "sandbox 12 was put away by boss"),
    ],
)
def test_what_looks_like_a_secret_is_struck_out(text: str, left: str) -> None:
    assert logs.struck(text) == left


@pytest.mark.django_db(transaction=True)
def test_a_busy_run_logs_no_secret_and_nothing_that_learners_type(written: Log, attempts, fake, live_redis, boss, monkeypatch) -> None:
    """Signing in right and wrong, an invitation, a password link, commands that print, that fail, that are lost, a request that breaks."""
    secrets = {"password": "pa55-word-of-ann", "wrong": "wrong-pa55-word", "typed": "typed-by-ann", "printed": "printed-for-ann"}
    ann = attempts[0].user
    ann.set_password(secrets["password"])
    ann.save()
    client = Client(raise_request_exception=False)
    for word in ("wrong", "password"):
        client.post("/sign-in/", {"username": "ann", "password": secrets[word]})
    secrets["session"] = client.cookies["sessionid"].value
    _invitation, secrets["invitation"] = people.invite(cohort=ann.memberships.get().cohort, by=boss, places=1, days=1)
    client.get(reverse("invitation", args=[secrets["invitation"]]), follow=True)
    client.get(reverse("password-set", args=["MQ", "c8x-5ecret0f1ink"]))
    secrets["link"] = "c8x-5ecret0f1ink"
    attempt = attempts[0]

    def prints(live, line, write) -> int:
        write(secrets["printed"].encode())
        if "break" in line:
            raise RuntimeError("the jail broke")
        return 1

    fake.on_run = prints
    for line in ("echo typed-by-ann", "break typed-by-ann"):
        command = actions.submit_command(attempt=attempt, line=line, key=uuid.uuid4())
        logs.task_begins(task=tasks.run_command, task_id="0123456789", args=(command.pk,))
        running.run(command.pk)
        logs.task_ends()
    assert set(Command.objects.filter(line__contains="typed-by").values_list("state", flat=True)) == {"done", "lost"}
    control.close()
    monkeypatch.setattr("labs.actions.submit_command", lambda **given: 1 / 0)
    answer = client.post(f"/attempts/{attempt.pk}/commands/", {"line": "echo typed-by-ann", "key": str(uuid.uuid4())})
    assert answer.status_code == 500
    assert {"error", "warning"} <= {line["level"] for line in written.lines()}
    assert any(line.get("command") for line in written.lines())
    for what, secret in secrets.items():
        assert secret not in written.text, what


def test_errors_are_counted_by_who_logs_them(live_redis) -> None:
    from course.desk import tallies

    handler = logs.Counting()
    for name in ("labs.running", "labs.x", "django.request"):
        handler.handle(logging.makeLogRecord({"name": name, "levelno": logging.ERROR}))
    assert tallies.known() == {"errors|labs": 2, "errors|django": 1}


def test_counting_an_error_is_none(settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/at/all"
    logs.Counting().handle(logging.makeLogRecord({"name": "x", "levelno": logging.ERROR}))


@pytest.mark.parametrize(("form", "formatter"), [("json", "json"), ("", "line")])
def test_the_environment_says_which(form: str, formatter: str) -> None:
    config = logs.config(form)
    assert config["handlers"]["stderr"]["formatter"] == formatter
    assert ("uvicorn.access" in config["loggers"]) == (form == "json")
    assert logs.config("") == site.LOGGING
