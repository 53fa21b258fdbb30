"""Writing a backup, while the site runs."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings

from course.backup import moment
from course.backup.format import ABOUT, DATABASE, FILES, SUMS, About, BackupError, migrations
from sandbox.errors import Fault
from sandbox.store import blobs, prune

_PIECE = 1 << 20


def write(target: Path, *, rows: bool = False, say: Callable[[str], None]) -> None:
    """Everything, into ``target``, which appears whole or not at all. Raises BackupError."""
    if target.exists():
        raise BackupError(f"{target} is there already. Name another file, or take that one away first.")
    settings.VAR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="backup-", dir=settings.VAR))
    part = target.with_name(f"{target.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            _fill(file, folder, rows=rows, say=say)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except (OSError, Fault) as error:
        raise BackupError(f"It could not be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def _fill(file: IO[bytes], folder: Path, *, rows: bool, say: Callable[[str], None]) -> None:
    with (
        gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed,  # blobs are packed already, most of them
        tarfile.open(fileobj=packed, mode="w|") as tar,
        moment.taken(folder, rows=rows, say=say) as taken,
    ):
        archive = _Archive(tar)
        archive.add(ABOUT, About(taken.kind, migrations(taken.using)).dump())
        # Put before the row that names it, and swept an hour later at the earliest: of what this moment names nothing is missing.
        names = sorted(prune.named(taken.using))
        taken.write(folder / DATABASE)
        archive.add_file(DATABASE, folder / DATABASE)
        for name in FILES:
            path = settings.VAR / name
            if path.exists() and not (name == "secret_key" and os.environ.get("COURSE_SECRET_KEY")):
                archive.add_file(f"files/{name}", path)
        size = 0
        for name in names:
            data = blobs.get(name)
            archive.add(f"blobs/{name}", data, summed=False)
            size += len(data)
        archive.finish(names)
    say(f"The database as {taken.kind}, and {len(names)} blobs of {size / 1e6:.1f} MB.")


class _Archive:
    """Members one after another, each with its sum noted. A blob's name is its sum."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar, self._sums = tar, dict[str, str]()

    def add(self, name: str, data: bytes, *, summed: bool = True) -> None:
        if summed:
            self._sums[name] = hashlib.sha256(data).hexdigest()
        self._tar.addfile(_info(name, len(data)), io.BytesIO(data))

    def add_file(self, name: str, path: Path) -> None:
        total = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                total.update(piece)
            self._sums[name] = total.hexdigest()
            size = file.tell()
            file.seek(0)
            self._tar.addfile(_info(name, size), file)

    def finish(self, names: list[str]) -> None:
        told = {"sums": self._sums, "blobs": len(names), "names": hashlib.sha256("".join(names).encode()).hexdigest()}
        self.add(SUMS, json.dumps(told, indent=1).encode(), summed=False)


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(time.time())
    return info
