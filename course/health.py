"""``/healthz``: whether this process can answer and reach its database. Says nothing else to whoever asks.

``/readyz``: whether learners can work: database, Redis, a worker, and a place to write to. Which of them fails is no secret, why is one.

``python -m course.health web`` asks it on this machine, ``… worker`` the worker of this host: exit status 0 where it is well.
"""

from __future__ import annotations

import logging
import os
import sys
import urllib.request
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from course.celery import app
from course.desk import pulse
from labs import events
from sandbox.store import blobs

log = logging.getLogger(__name__)


def healthz(request: HttpRequest) -> HttpResponse:
    _database()
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """JSON: of each part whether it is ready; 503 where one is not."""
    parts = {name: _works(name, look) for name, look in _PARTS.items()}
    answer = JsonResponse({"ready": all(parts.values()), **parts}, status=200 if all(parts.values()) else 503)
    answer["Cache-Control"] = "no-store"
    answer._has_been_logged = True  # type: ignore[attr-defined] # Django's mark: not being ready is logged below, and no error of the site
    return answer


def _works(name: str, look: Callable[[], object]) -> bool:
    try:
        return bool(look())
    except Exception as error:  # whatever it is, it is not ready
        log.warning("not ready: %s: %s", name, error)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _blobs() -> bool:
    """Written under one name, whoever asks; the sweep takes it away now and then."""
    store = blobs.storage()
    name = store.save("ready/here", ContentFile(b"here"))
    return store.exists(name)


_PARTS: dict[str, Callable[[], object]] = {
    "database": _database, "redis": lambda: events.client().ping(), "worker": pulse.alive, "blobs": _blobs,
}  # fmt: skip


def worker() -> bool:
    return bool(app.control.ping([f"celery@{os.uname().nodename}"], timeout=5))


def web() -> bool:
    # Any other name than the site's own is answered 400.
    host = os.environ.get("COURSE_HOSTS", "localhost").split(",")[0].lstrip(".")
    port = os.environ.get("COURSE_PORT", "8000")
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    try:
        with urllib.request.urlopen(asked, timeout=4) as answer:  # noqa: S310 - http, written above
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(not {"web": web, "worker": worker}[sys.argv[1]]())
