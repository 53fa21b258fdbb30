"""Whether the site runs: its processes hold a lock of this machine's, and workers elsewhere say that they live."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from course.backup.format import BackupError
from course.desk import pulse

_held: list[int] = []


def hold() -> None:
    """This process is one of the running site's, until it ends."""
    if not _held:
        with contextlib.suppress(OSError):  # nowhere to write: then nobody restores there either
            descriptor = _open()
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            _held.append(descriptor)


@contextlib.contextmanager
def stopped() -> Iterator[None]:
    """Nothing of the site runs, and nothing starts until the block ends. Raises BackupError."""
    descriptor = _open()
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError("The site is running on this machine. Stop its web server, workers and beat first.") from error
        if there := pulse.alive():
            hosts = ", ".join(sorted({one.host for one in there}))
            raise BackupError(f"Workers are running: {hosts}. Stop them first (one that was killed is forgotten after 30 seconds).")
        if others := _connections():
            raise BackupError(f"{others} others are connected to the database. Stop what they are first.")
        yield
    finally:
        os.close(descriptor)


def _open() -> int:
    settings.VAR.mkdir(parents=True, exist_ok=True)
    return os.open(settings.VAR / "running", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _connections() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])
