"""How much is stored: measured now and then by a worker, because it takes a look at every blob, and told from Redis."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Sum
from redis.exceptions import RedisError

from labs import events
from sandbox.models import Sandbox
from sandbox.store import blobs

log = logging.getLogger(__name__)
KEY = "desk:storage"


def measure() -> dict[str, Any]:
    """``at``, ``blobs`` and ``blob_bytes``, ``database_bytes``, ``labs``: a row each of lab, sandboxes, bytes (of their heads)."""
    count = size = 0
    for one in _sizes():
        count, size = count + 1, size + one
    found = {"at": time.time(), "blobs": count, "blob_bytes": size, "database_bytes": database_bytes(), "labs": _by_lab()}
    try:
        events.client().set(KEY, json.dumps(found))
    except RedisError as error:
        log.warning("what is stored was measured and could not be told: %s", error)
    return found


def known() -> dict[str, Any]:
    """What was measured last; empty where nothing was, or Redis is away."""
    try:
        found: bytes | None = events.client().get(KEY)  # type: ignore[assignment]
    except RedisError:
        return {}
    return json.loads(found) if found else {}


def _sizes() -> Iterator[int]:
    store = blobs.storage()
    if bucket := getattr(store, "bucket", None):
        # One request a thousand, where a look at each would be one each.
        yield from (one.size for one in bucket.objects.filter(Prefix=store.location))  # type: ignore[attr-defined]
        return
    root = Path(store.path(""))
    for folder in os.scandir(root) if root.exists() else ():
        if folder.is_dir():
            yield from (one.stat().st_size for one in os.scandir(folder.path))


def database_bytes() -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    path = Path(settings.DATABASES["default"]["NAME"])
    return sum(one.stat().st_size for one in (path, path.with_name(f"{path.name}-wal")) if one.exists())


def _by_lab() -> list[list[Any]]:
    size = Sum(F("head__home_bytes") + F("head__cloud_bytes"))
    rows = Sandbox.objects.exclude(owner=None).order_by().values_list("label").annotate(count=Count("pk"), held=size)
    return sorted(([lab, count, held or 0] for lab, count, held in rows), key=lambda row: -row[2])
