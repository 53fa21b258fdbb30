"""What the workers are at, and how they fare: the facts of the page."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Count
from redis.exceptions import RedisError

from course.desk import pulse, storage, tallies
from labs import events
from labs.models import Command

MOST, LINE = 100, 80


def facts() -> dict[str, Any]:
    """``workers`` (rows), ``queued`` and ``waits`` (seconds), ``running`` (rows), ``rates``, ``stored``, ``parts`` (health), ``versions``
    and whether those are ``mixed``."""
    workers = pulse.alive()
    busy = dict(Command.objects.in_checkout().order_by().values_list("worker").annotate(Count("pk")))
    queued, waits = tallies.queued()
    return {
        "workers": [_row(one, busy.get(one.name, 0)) for one in workers],
        "queued": queued,
        "waits": waits,
        "running": _running(),
        "rates": [(hours, _rates(hours)) for hours in (1, 24)],
        "stored": _stored(),
        "parts": [_database(), _redis()],
        "versions": workers[0].versions if workers else pulse.versions(),
        "mixed": len({tuple(sorted(one.versions.items())) for one in workers}) > 1,
    }


def _row(worker: pulse.Worker, busy: int) -> dict[str, Any]:
    return {"worker": worker, "busy": busy, "since": datetime.fromtimestamp(worker.since, UTC), "heard": time.time() - worker.heard}


def _rates(hours: int) -> dict[str, Any]:
    """``ended``, and ``parts``: of those that failed, were refused and were lost how many, and how many in a hundred."""
    found = tallies.rates(hours)
    parts = [(found[name], 100 * found[name] / found["ended"] if found["ended"] else 0) for name in ("failed", "refused", "lost")]
    return {"ended": found["ended"], "parts": parts}


def _stored() -> dict[str, Any]:
    found = storage.known()
    return found | {"when": datetime.fromtimestamp(found["at"], UTC)} if found else {}


def _running() -> list[Command]:
    """The longest first."""
    found = Command.objects.in_checkout().select_related("attempt__user").defer("output", "screen", "changes", "diff")
    return list(found.order_by("claimed")[:MOST])


def shortened(line: str) -> str:
    """Its first line, as far as there is room."""
    first = line.partition("\n")[0]
    return first if first == line and len(line) <= LINE else first[:LINE] + " …"


def _database() -> dict[str, Any]:
    begun = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
            version = cursor.fetchone()[0]
    except DatabaseError as error:
        return {"name": connection.display_name, "ok": False, "why": str(error)}
    return {"name": connection.display_name, "ok": True, "version": version, "ms": (time.perf_counter() - begun) * 1000}


def _redis() -> dict[str, Any]:
    begun = time.perf_counter()
    try:
        told: dict[str, Any] = events.client().info()
    except RedisError as error:
        return {"name": "Redis", "ok": False, "why": str(error)}
    version = told.get("valkey_version") or told.get("redis_version")
    name = "Valkey" if "valkey_version" in told else "Redis"
    return {"name": name, "ok": True, "version": version, "ms": (time.perf_counter() - begun) * 1000, "bytes": told.get("used_memory")}
