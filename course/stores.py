"""DATABASE_URL and COURSE_BLOBS as Django's settings want them."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def database(url: str, folder: Path) -> dict[str, Any]:
    """``postgresql://user:password@host:port/name?sslmode=require`` (what is left out is libpq's: PGPASSWORD, ~/.pgpass), or SQLite in
    ``folder`` where ``url`` is empty. Raises ImproperlyConfigured.

    A connection is for one request or one task: under ASGI each request has a thread of its own, so that one kept open would never
    be met again, and a worker's many threads would hold one each.
    """
    if not url:
        return _sqlite(folder)
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL is to be like postgresql://user:password@host:5432/name (or empty, for SQLite).")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),  # a socket's folder can only be an option
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
    }


def _sqlite(folder: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": folder / "db.sqlite3",
        "OPTIONS": {
            # A deferred transaction that reads and then writes fails with "locked" under several writers.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
        # In memory the threads of a test would share one cache, in which who writes does not wait for who reads, but fails.
        "TEST": {"NAME": folder / "test.sqlite3"},
    }


_held: list[sqlite3.Connection] = []


def hold(found: dict[str, Any]) -> None:
    """Keep SQLite's file open until this process ends, where ``found`` (of ``database``) is one. The last connection that closes copies
    the log into the file, waits for the disk, and takes the log away: with one for each request that would be done at every request."""
    if found["ENGINE"] != "django.db.backends.sqlite3" or _held:
        return
    with contextlib.suppress(sqlite3.Error):  # not there yet: it is only slower then
        held = sqlite3.connect(f"{Path(found['NAME']).as_uri()}?mode=rw", uri=True, check_same_thread=False)
        held.execute("SELECT 1 FROM sqlite_master").fetchone()  # opened by the first look
        _held.append(held)


def blobs(url: str, folder: Path) -> dict[str, Any]:
    """``s3://bucket/prefix?endpoint=http://host:9000&region=…`` where several machines share (the keys are boto3's: AWS_ACCESS_KEY_ID and
    the like), or ``folder`` where ``url`` is empty. Raises ImproperlyConfigured."""
    if not url:
        return {"BACKEND": "sandbox.store.storage.BlobStorage", "OPTIONS": {"location": folder}}
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not parts.netloc or asked.keys() - {"endpoint", "region"}:
        raise ImproperlyConfigured("COURSE_BLOBS is to be like s3://bucket/prefix?endpoint=http://host:9000 (or empty, for a folder).")
    options = {"bucket_name": parts.netloc, "location": parts.path.strip("/"), "region_name": asked.get("region", "us-east-1")}
    if "endpoint" in asked:
        options |= {"endpoint_url": asked["endpoint"], "addressing_style": "path"}
    return {"BACKEND": "sandbox.store.shared.SharedBlobs", "OPTIONS": options}
