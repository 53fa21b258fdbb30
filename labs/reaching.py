"""A preview's request, in the worker that holds the sandbox."""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings

from labs import visits
from sandbox.checkout import Live
from sandbox.errors import LearnerError
from sandbox.jail.reach import Request

AT_ONCE = max(2, settings.CELERY_WORKER_CONCURRENCY // 4)
WAIT_SECONDS = 3.0
_slots = threading.BoundedSemaphore(AT_ONCE)
"""Programs that never answer hold so many of a worker's threads and no more: the others are for commands."""
_LOOKS = {"GET", "HEAD", "OPTIONS"}


@visits.serves("fetch")
def fetch(live: Live, header: dict[str, Any], body: bytes) -> visits.Answer:
    """``header``: fields of ``reach.Request``, answered with ``status`` and ``headers``."""
    headers = [(str(name), str(value)) for name, value in header["headers"]]
    request = Request(**header | {"headers": headers, "body": body})
    if not _slots.acquire(timeout=WAIT_SECONDS):
        raise LearnerError("preview-busy")
    try:
        answer = live.fetch(request)
    finally:
        _slots.release()
    path = request.target.partition("?")[0]
    title = "" if request.method in _LOOKS else f"{request.method} {request.host}{path}"[:200]
    return visits.Answer({"status": answer.status, "headers": answer.headers, "title": title}, answer.body)
