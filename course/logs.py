"""Logs: lines for people, or one JSON object a line (COURSE_LOG=json); which request or command they are of; and no secrets in them.

A JSON line has ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``message``, and where they are known ``request``, ``user``, ``attempt``,
``command`` (ids) and ``error`` (a traceback). What learners type and what is printed is logged nowhere; a test holds that.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from course.people import quiet

_about: ContextVar[Mapping[str, Any]] = ContextVar("about", default=MappingProxyType({}))
_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")


# --- no secrets ----------------------------------------------------------------------------------------------------------------

_SECRETS = [
    (quiet.SECRET, r"\1…"),
    (re.compile(r"\b[a-z0-9]{16,63}(?=\.preview\.)"), "…"),  # a preview's host name is a capability
    (re.compile(r"(\b(?:authorization|cookie|set-cookie|x-csrftoken)\b['\"]?\s*[:=]\s*)[^\r\n]+", re.IGNORECASE), r"\1…"),
    (re.compile(r"(\bbearer\s+)[^\s\"']+", re.IGNORECASE), r"\1…"),
    # Named values: password=…, "secret_access_key": "…", sessionid=…
    (
        re.compile(
            r"([\w-]*(?:passw(?:or)?d|secret|token|sessionid|session_?key|api_?key|csrfmiddlewaretoken|access_key)[\w-]*['\"]?\s*[:=]\s*['\"]?)"
            r"[^\s'\",;&)}]+",
            re.IGNORECASE,
        ),
        r"\1…",
    ),
    (re.compile(r"(\w+://[^\s:/@]*:)[^\s/@]+(?=@)"), r"\1…"),  # postgresql://course:…@host
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"), "…"),
    (re.compile(r"^(DETAIL:).*$", re.MULTILINE), r"\1 …"),  # a database's: it quotes the row
]


def struck(text: str) -> str:
    """``text`` without what looks like a secret."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class Plain(logging.Formatter):
    """A line for people."""

    def format(self, record: logging.LogRecord) -> str:
        about = of(record)
        marks = "".join(f" {name}={value}" for name, value in about.items())
        return struck(super().format(record)) + (f" [{marks.strip()}]" if marks else "")


class Json(logging.Formatter):
    """One object, one line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": struck(record.getMessage()),
            **of(record),
        }
        if record.exc_info:
            line["error"] = struck(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class Counting(logging.Handler):
    """Counts the errors that are logged, for ``/metrics``, by the part of the site that logs them."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._busy = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(self._busy, "now", False):
            return
        self._busy.now = True
        try:
            from course.desk import tallies  # noqa: PLC0415 - logging is set up before the apps are there

            tallies.erred(record.name.split(".")[0])
        except Exception:  # noqa: S110 - an error that can't be counted is logged all the same
            pass
        finally:
            self._busy.now = False


# --- whose they are ------------------------------------------------------------------------------------------------------------


def of(record: logging.LogRecord) -> dict[str, Any]:
    """What the line is about, as far as this thread knows; and what its writer says (``extra={"facts": {…}}``)."""
    found = {**_about.get(), **getattr(record, "facts", {})}
    request = _request.get() or getattr(record, "request", None)
    if isinstance(request, HttpRequest):
        if name := getattr(request, "name_in_logs", ""):
            found["request"] = name  # Django logs an error when the middleware is through already
        # Only who has been asked for already: a line in the log asks no database.
        user = getattr(request, "_cached_user", None)
        if user is not None and user.pk:
            found["user"] = user.pk
        match = request.resolver_match
        if match is not None and "attempts/<int:pk>/" in (match.route or ""):
            found["attempt"] = match.kwargs.get("pk")
    return found


@contextlib.contextmanager
def about(**known: Any) -> Iterator[None]:
    """What is logged in the block is about this."""
    mark = _about.set({**_about.get(), **known})
    try:
        yield
    finally:
        _about.reset(mark)


class Requests:
    """Middleware: each request has an id, in every line that is logged of it. With proxies it is theirs, and they are told it."""

    sync_capable, async_capable = True, False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "") if settings.PROXIES else ""
        name = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        request.name_in_logs = name  # type: ignore[attr-defined]
        mark = _request.set(request)
        try:
            with about(request=name):
                answer = self._get_response(request)
        finally:
            _request.reset(mark)
        if settings.PROXIES:
            answer[HEADER] = name
        return answer


# --- in workers ----------------------------------------------------------------------------------------------------------------

_TASKS = {"run_command": "command"} | dict.fromkeys(("check_attempt", "skip_ahead", "prepare_attempt", "rebuild_attempt"), "attempt")
_marks = threading.local()


def task_begins(task: Any = None, task_id: str = "", args: Any = (), **_: Any) -> None:
    """Of Celery's signal ``task_prerun``, in the thread that will do it."""
    kind = _TASKS.get(getattr(task, "name", "").rpartition(".")[2])
    _marks.now = _about.set({"task": task_id[:8], **({kind: args[0]} if kind and args else {})})


def task_ends(**_: Any) -> None:
    """Of ``task_postrun``."""
    if (mark := getattr(_marks, "now", None)) is not None:
        _about.reset(mark)
        _marks.now = None


def config(form: str) -> dict[str, Any]:
    """Django's LOGGING. ``form``: ``json``, or anything else for lines."""
    through: dict[str, Any] = {"handlers": [], "propagate": True}
    # The web server brings handlers of its own; as JSON its lines are to be like all others.
    others = ("uvicorn", "uvicorn.access", "uvicorn.error") if form == "json" else ()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": Plain, "format": "{asctime} {levelname} {name}: {message}", "style": "{"},
            "json": {"()": Json},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json" if form == "json" else "line"},
            "counting": {"class": "course.logs.Counting"},
        },
        "root": {"handlers": ["stderr", "counting"], "level": "INFO"},
        "loggers": dict.fromkeys(("django", "django.server", *others), through),
    }
