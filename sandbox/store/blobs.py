"""Content-addressed blobs in the storage named ``blobs``: a blob's name is the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import re

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from sandbox.errors import Fault

_SHA = re.compile(r"[0-9a-f]{64}")


def storage() -> Storage:
    return storages["blobs"]


def name_of(sha: str) -> str:
    if not _SHA.fullmatch(sha):
        raise Fault("blob-name", f"{sha!r} is not a SHA-256")
    return f"{sha[:2]}/{sha}"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(data: bytes, sha: str | None = None) -> str:
    """Keep ``data`` and return its name. Putting the same bytes twice is free. Raises Fault("storage") when it can't be written."""
    sha = sha or digest(data)
    try:
        if not storage().exists(name_of(sha)):
            storage().save(name_of(sha), ContentFile(data))
    except OSError as error:
        raise Fault("storage", f"blob {sha} could not be written: {error}") from error
    return sha


def get(sha: str) -> bytes:
    """The bytes named ``sha``. Raises Fault("blob-missing") or Fault("blob-corrupt")."""
    try:
        with storage().open(name_of(sha)) as stored:
            data: bytes = stored.read()
    except OSError as error:
        raise Fault("blob-missing", f"blob {sha}: {error}") from error
    if digest(data) != sha:
        raise Fault("blob-corrupt", f"blob {sha} holds other bytes")
    return data
