"""Reading a backup as a stream: once to see whether it is whole, before anything is touched, once to lay it down."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from course.backup.format import ABOUT, DATABASE, FILES, SUMS, About, BackupError

_PIECE = 1 << 20
_SMALL = 1 << 20
_BLOB = re.compile(r"blobs/[0-9a-f]{64}")
_KNOWN = {ABOUT, SUMS, DATABASE, *(f"files/{name}" for name in FILES)}


def members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Each name, and its bytes to be read before the next. Raises BackupError."""
    try:
        with gzip.open(path) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            for info in tar:
                file = tar.extractfile(info) if info.isreg() else None
                if file is None or not (info.name in _KNOWN or _BLOB.fullmatch(info.name)):
                    raise BackupError(f"It is damaged, or no backup of this course: {info.name!r} does not belong in one.")
                yield info.name, file
            while packed.read(_PIECE):  # to the end, where gzip has a sum of its own
                pass
    except FileNotFoundError as error:
        raise BackupError(f"There is no file {path}.") from error
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise BackupError(f"It is damaged, or no backup of this course: {error}. Nothing was changed.") from error


def verify(path: Path) -> About:
    """Every byte against its sum, and that nothing is missing. Raises BackupError."""
    try:
        return _verified(path)
    except (ValueError, TypeError) as error:  # its list, or what it says of itself, is none
        raise BackupError(f"It is damaged: {error}. Nothing was changed.") from error


def _verified(path: Path) -> About:
    about: About | None = None
    sums, names, told = dict[str, str](), list[str](), None
    for name, file in members(path):
        if name == SUMS:
            told = json.loads(file.read(_SMALL * 16))
        elif name == ABOUT:
            data = file.read(_SMALL)
            about, sums[name] = About.load(data), hashlib.sha256(data).hexdigest()
        elif name.startswith("blobs/"):
            blob = name.removeprefix("blobs/")
            names.append(blob)
            if _sum(file) != blob:
                raise BackupError(f"It is damaged: the blob {blob} holds other bytes. Nothing was changed.")
        else:
            sums[name] = _sum(file)
    if about is None or told is None or DATABASE not in sums:
        raise BackupError("It is damaged: it ends too early. Nothing was changed.")
    whole = {"sums": sums, "blobs": len(names), "names": hashlib.sha256("".join(sorted(names)).encode()).hexdigest()}
    if told != whole:
        raise BackupError("It is damaged: what is in it is not what its list says. Nothing was changed.")
    return about


def _sum(file: IO[bytes]) -> str:
    total = hashlib.sha256()
    while piece := file.read(_PIECE):
        total.update(piece)
    return total.hexdigest()


def copy(file: IO[bytes], target: Path) -> None:
    with target.open("wb") as out:
        target.chmod(0o600)
        while piece := file.read(_PIECE):
            out.write(piece)
