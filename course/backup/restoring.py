"""Laying a backup down, where nothing runs: blobs first, so that the database names nothing that is not there."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core import serializers
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections, models, transaction
from django.db.migrations.loader import MigrationLoader
from redis.exceptions import RedisError

from course.backup import moment, reading, running
from course.backup.format import DATABASE, FILES, About, BackupError, fingerprint
from course.reading import search_index
from labs import events
from sandbox import folders
from sandbox.errors import Fault
from sandbox.models import Sandbox
from sandbox.store import blobs

log = logging.getLogger(__name__)


def restore(path: Path, *, replace: bool = False, other_key: bool = False, say: Callable[[str], None]) -> None:
    """Everything that ``path`` holds in place of what is here. Raises BackupError, before anything is changed."""
    with running.stopped():
        about = reading.verify(path)
        _require_fit(about, path, other_key=other_key)
        if not replace and not _empty():
            raise BackupError("There is something here already: people, sandboxes. With --replace it is lost, and this put in its place.")
        folder = Path(tempfile.mkdtemp(prefix="restore-", dir=settings.VAR))
        try:
            count = _lay_down(path, folder)
            _LAY[about.kind](folder / DATABASE)
            _keep_files(folder)
            _settle()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    say(f"Restored what was kept at {about.made}: the database and {count} blobs. Start the site.")


# --- whether it fits -----------------------------------------------------------------------------------------------------------


def _require_fit(about: About, path: Path, *, other_key: bool) -> None:
    known = set(MigrationLoader(None).disk_migrations)
    if newer := [f"{app}.{name}" for app, name in about.migrations if (app, name) not in known]:
        raise BackupError(f"It was made by a newer version of the course, which has {newer[0]}. Install that one, or a later one.")
    if about.kind == "rows" and len(about.migrations) != len(known):
        raise BackupError("It holds rows of another version of the course, which fit no other. Install that one, restore, update.")
    if about.kind in {"sqlite", "postgresql"} and about.kind != connection.vendor:
        raise BackupError(f"Its database is {about.kind}, and this is {connection.vendor}. `backup --rows` makes one that fits either.")
    if about.kind == "postgresql" and moment.postgres_program("pg_restore") is None:
        raise BackupError("This needs pg_restore. Install PostgreSQL's client programs.")
    if not other_key:
        _require_key(about, path)


def _require_key(about: About, path: Path) -> None:
    inside = any(name == "files/secret_key" for name, _ in reading.members(path))
    if about.key == fingerprint() or (inside and not os.environ.get("COURSE_SECRET_KEY")):
        return
    raise BackupError(
        "It was made with another COURSE_SECRET_KEY. Start this with that one, or everybody has to sign in again and tokens that "
        "sandboxes hold are void (--other-key)."
    )


def _empty() -> bool:
    tables = set(connection.introspection.table_names())
    if not {"course_user", "sandbox_version"} <= tables:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM course_user) OR EXISTS (SELECT 1 FROM sandbox_version)")
        return not cursor.fetchone()[0]


# --- laying down ---------------------------------------------------------------------------------------------------------------


def _lay_down(path: Path, folder: Path) -> int:
    """The blobs to where they belong, the rest into ``folder``. How many blobs."""
    count = 0
    for name, file in reading.members(path):
        if name.startswith("blobs/"):
            _put(name.removeprefix("blobs/"), file)
            count += 1
        elif name == DATABASE or name.startswith("files/"):
            reading.copy(file, folder / name.rpartition("/")[2])
    return count


def _put(name: str, file: IO[bytes]) -> None:
    data = file.read()
    if blobs.storage().exists(blobs.name_of(name)):
        with contextlib.suppress(Fault):
            blobs.get(name)
            return
        blobs.storage().delete(blobs.name_of(name))  # it holds other bytes
    blobs.put(data, name)


def _sqlite(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as found:
        if (said := found.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise BackupError(f"Its database is damaged: {said}. Nothing was changed but blobs that were added.")
    _swap(file)
    call_command("migrate", interactive=False, verbosity=0)


def _swap(file: Path) -> None:
    """The file becomes the database."""
    connections.close_all()
    target = Path(settings.DATABASES["default"]["NAME"])
    for beside in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    file.replace(target)


def _postgresql(file: Path) -> None:
    _drop_tables()
    program = moment.postgres_program("pg_restore")
    assert program is not None  # noqa: S101 - asked before
    options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", f"--dbname={connection.settings_dict['NAME']}"]
    connections.close_all()
    done = subprocess.run([program, *options, str(file)], env=moment.postgres_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"pg_restore failed, and the database is empty now: {done.stderr.strip()}")
    call_command("migrate", interactive=False, verbosity=0)


def _drop_tables() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for name in connection.introspection.table_names():
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)} CASCADE")


def _rows(file: Path) -> None:
    """Into fresh tables. SQLite's are a file of their own until all is in it."""
    if connection.vendor == "sqlite":
        fresh = file.with_name("fresh.sqlite3")
        connections.close_all()
        target, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], fresh
        try:
            _fill(file)
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = target
        with contextlib.closing(sqlite3.connect(fresh)) as found:
            found.execute("PRAGMA journal_mode=DELETE")
        _swap(fresh)
    else:
        _drop_tables()
        _fill(file)


def _fill(file: Path) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    with connection.constraint_checks_disabled(), transaction.atomic(), file.open("rb") as lines:
        for row in serializers.deserialize("jsonl", lines):
            row.save(force_insert=True)
        connection.check_constraints()
    _reset_sequences(moment.kept_models())


def _reset_sequences(found: list[type[models.Model]]) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), found):
            cursor.execute(statement)


_LAY: dict[str, Callable[[Path], None]] = {"sqlite": _sqlite, "postgresql": _postgresql, "rows": _rows}


# --- afterwards ----------------------------------------------------------------------------------------------------------------


def _keep_files(folder: Path) -> None:
    for name in FILES:
        if (folder / name).exists():
            shutil.copyfile(folder / name, settings.VAR / f"{name}.new")
            (settings.VAR / f"{name}.new").chmod(0o600)
            (settings.VAR / f"{name}.new").replace(settings.VAR / name)


def _settle() -> None:
    """What was of another time, or of other rows with the same numbers, is no longer believed."""
    Sandbox.objects.exclude(lock_holder="").update(lock_holder="", lock_until=None)
    if (copies := settings.VAR / "checkouts").exists():
        folders.remove(copies)
    search_index.renew()
    with contextlib.suppress(RedisError):
        for pattern in ("events:*", "desk:*", "visit:*"):
            for key in events.client().scan_iter(pattern, count=500):
                events.client().delete(key)
