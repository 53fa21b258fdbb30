"""``/healthz``: whether this process can answer and reach its database. Says nothing else to whoever asks.

``python -m course.health web`` asks it on this machine, ``… worker`` the worker of this host: exit status 0 where it is well.
"""

from __future__ import annotations

import os
import sys
import urllib.request

from django.db import connection
from django.http import HttpRequest, HttpResponse

from course.celery import app


def healthz(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


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
