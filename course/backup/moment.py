"""The database of one moment, while everything goes on: as a file, and for Django's own queries."""

from __future__ import annotations

import contextlib
import copy
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.apps import apps
from django.core import serializers
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Model

from course.reading.search_models import Passage, PassageIndex

SNAPSHOT = "snapshot"
MADE_ANEW = {Passage, PassageIndex}
"""Search: its tables are renewed after a restore."""


@dataclass(frozen=True, slots=True)
class Moment:
    """``using``: the alias by which Django reads it, as long as it lasts. ``write``: put it into a file."""

    kind: str
    using: str
    write: Callable[[Path], None]


@contextlib.contextmanager
def taken(folder: Path, *, rows: bool, say: Callable[[str], None]) -> Iterator[Moment]:
    """``rows``: as rows even where there is something faster. ``folder``: for what has to lie somewhere meanwhile."""
    if connection.vendor == "sqlite":
        with _sqlite(folder) as path:
            yield Moment("rows", SNAPSHOT, _rows(SNAPSHOT)) if rows else Moment("sqlite", SNAPSHOT, partial(_moved, path))
        return
    with _postgresql() as snapshot:
        dump = None if rows else _pg_dump(folder, snapshot, say)
        yield (
            Moment("postgresql", DEFAULT_DB_ALIAS, partial(_moved, dump))
            if dump
            else Moment("rows", DEFAULT_DB_ALIAS, _rows(DEFAULT_DB_ALIAS))
        )


def _moved(path: Path, to: Path) -> None:
    path.rename(to)


@contextlib.contextmanager
def _sqlite(folder: Path) -> Iterator[Path]:
    """By SQLite's own means, which reads one moment and keeps nobody from writing."""
    path = folder / "snapshot.sqlite3"
    with (
        contextlib.closing(sqlite3.connect(f"{Path(connection.settings_dict['NAME']).as_uri()}?mode=ro", uri=True)) as source,
        contextlib.closing(sqlite3.connect(path)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    connections.databases[SNAPSHOT] = copy.deepcopy(connections.databases[DEFAULT_DB_ALIAS]) | {"NAME": path, "OPTIONS": {}}
    try:
        yield path
    finally:
        connections[SNAPSHOT].close()
        del connections[SNAPSHOT]
        del connections.databases[SNAPSHOT]


@contextlib.contextmanager
def _postgresql() -> Iterator[str]:
    """A transaction that sees one moment, and the name by which pg_dump sees the same."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield str(cursor.fetchone()[0])


def _pg_dump(folder: Path, snapshot: str, say: Callable[[str], None]) -> Path | None:
    """None where there is no pg_dump, or it is older than the server."""
    program, path = postgres_program("pg_dump"), folder / "snapshot.pgdump"
    if program is None:
        say("There is no pg_dump here: the database is kept as rows.")
        return None
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={path}"]
    done = subprocess.run([program, *options], env=postgres_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        say(f"pg_dump: {done.stderr.strip()}\nThe database is kept as rows instead.")
        path.unlink(missing_ok=True)
        return None
    return path


def postgres_program(name: str) -> str | None:
    """On PATH, or where Debian keeps the newest."""
    newest = max(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: path.parts[-3].zfill(4), default=None)
    return str(newest) if newest else shutil.which(name)


def postgres_environment() -> dict[str, str]:
    """How libpq's programs come to the database that Django has."""
    told = connection.settings_dict
    names = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGHOST": "HOST", "PGPORT": "PORT"}
    more = {f"PG{name.upper()}": str(value) for name, value in told["OPTIONS"].items() if name.startswith("ssl")}
    return {**os.environ, **{name: str(told[of]) for name, of in names.items() if told.get(of)}, **more}


def kept_models() -> list[type[Model]]:
    """All that have a table of their own and are not made anew."""
    return [model for model in apps.get_models() if model not in MADE_ANEW and model._meta.managed and not model._meta.proxy]


def _rows(using: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8") as file:
            for model in kept_models():
                found = model._base_manager.using(using).order_by("pk").iterator(500)
                serializers.serialize("jsonl", found, stream=file)

    return write
