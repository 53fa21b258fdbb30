"""Files by sha256 in a checkout's ``cloud`` folder: what a cloud process may read, and what it leaves."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from pathlib import Path

_SHA256 = re.compile(r"[0-9a-f]{64}")


def open_body(folder: Path, sha: object) -> int | None:
    """A descriptor to read the body, or None: no such file, or ``sha`` is not the name of one."""
    if not isinstance(sha, str) or not _SHA256.fullmatch(sha):
        return None
    return open_file(folder / sha)


def open_file(path: Path) -> int | None:
    """A regular file, not through a link."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return None
    return fd


def write_body(folder: Path, content: bytes, sha: object = None) -> str | None:
    """Write ``content`` under its sha256, whole or not at all; it may be there already. None when it is not ``sha``'s."""
    name = hashlib.sha256(content).hexdigest()
    if sha is not None and sha != name:
        return None
    draft = folder / f".{name}.{os.getpid()}"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(content)
        draft.replace(folder / name)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    return name
