"""A lab as an attempt began it: the folder now, or the copy kept of it when an author has changed it since."""

from __future__ import annotations

import io
import os
import secrets
import shutil
import tarfile
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from labs.lab import catalog
from labs.lab.errors import LabError
from labs.lab.loader import load, members
from labs.lab.model import Lab
from labs.models import Attempt, Edition
from sandbox.errors import Fault


def keep_edition(lab: Lab) -> None:
    """Keep the lab's folder under its content hash; once is enough."""
    if not Edition.objects.filter(lab=lab.name, content_hash=lab.content_hash).exists():
        Edition.objects.get_or_create(lab=lab.name, content_hash=lab.content_hash, defaults={"archive": _pack(lab.folder)})


def lab_of(attempt: Attempt) -> Lab:
    """The lab that the attempt began. Raises Fault lab-gone where neither the folder nor a copy is there."""
    return edition(attempt.lab, attempt.content_hash)


def edition(name: str, content_hash: str) -> Lab:
    """The lab of that content hash. Raises Fault lab-gone."""
    try:
        lab = catalog.get(name)
    except (KeyError, LabError):
        pass
    else:
        if lab.content_hash == content_hash:
            return lab
    return _unpacked(name, content_hash)


@lru_cache(maxsize=64)
def _unpacked(name: str, content_hash: str) -> Lab:
    folder: Path = settings.VAR / "editions" / content_hash / name
    if not folder.is_dir():
        kept = Edition.objects.filter(lab=name, content_hash=content_hash).first()
        if kept is None:
            raise Fault("lab-gone", f"no edition {content_hash} of {name}")
        _unpack(bytes(kept.archive), folder)
    try:
        return load(folder)
    except LabError as error:
        raise Fault("lab-gone", str(error)) from error


def _pack(folder: Path) -> bytes:
    """The lab's files as tar.gz: names, modes and bytes only."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=6) as archive:
        for path in members(folder):
            info = tarfile.TarInfo(path.relative_to(folder).as_posix())
            info.size, info.mode = path.stat().st_size, 0o755 if path.stat().st_mode & 0o100 else 0o644
            with path.open("rb") as body:
                archive.addfile(info, body)
    return packed.getvalue()


def _unpack(archive: bytes, folder: Path) -> None:
    """Whole or not at all: another process may unpack the same."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.parent / f".{secrets.token_hex(8)}"
    beside.mkdir()
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            for info in packed:
                _extract(packed, info, beside)
        os.rename(beside, folder)  # noqa: PTH104 - fails, and may, where the other process was first
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
        if not folder.is_dir():
            raise


def _extract(packed: tarfile.TarFile, info: tarfile.TarInfo, into: Path) -> None:
    # Python's own safe filter came only with 3.11.4. Files of our packing are plain and inside: anything else is not ours.
    path = into / info.name
    body = packed.extractfile(info) if info.isfile() else None
    if body is None or ".." in path.parts or Path(info.name).is_absolute():
        raise Fault("lab-gone", f"an edition holds {info.name!r}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body.read())
    path.chmod(info.mode)
