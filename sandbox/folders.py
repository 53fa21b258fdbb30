"""Taking away folders that a hostile program has filled: closed to their owner, or nested deeper than a path can say."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove(folder: Path) -> None:
    """``rm -rf``. Nothing may run in it any more. Raises OSError."""
    empty(folder)
    folder.rmdir()


def empty(folder: Path) -> None:
    """Take away what is in ``folder``, never through links.

    Folders found inside folders are first moved up to the top: so the depth costs neither descriptors, nor recursion, nor the
    4,096 bytes of a path.
    """
    folder.chmod(0o700)
    top = os.open(folder, FOLDER)
    prefix = f".{secrets.token_hex(8)}-"
    moved = (f"{prefix}{number}" for number in itertools.count())
    try:
        while names := os.listdir(top):  # noqa: PTH208 - a descriptor has no path
            for name in names:
                _take_away(top, name, moved)
    finally:
        os.close(top)


def _take_away(top: int, name: str, moved: Iterator[str]) -> None:
    try:
        os.unlink(name, dir_fd=top)
    except (IsADirectoryError, PermissionError):
        os.chmod(name, 0o700, dir_fd=top)
        inner = os.open(name, FOLDER, dir_fd=top)
        try:
            for child in os.listdir(inner):  # noqa: PTH208
                _unlink_or_move(inner, child, top, moved)
        finally:
            os.close(inner)
        os.rmdir(name, dir_fd=top)


def _unlink_or_move(inner: int, child: str, top: int, moved: Iterator[str]) -> None:
    try:
        os.unlink(child, dir_fd=inner)
    except (IsADirectoryError, PermissionError):
        # Moving a folder writes its "..": the mode must allow it.
        with contextlib.suppress(OSError):
            os.chmod(child, 0o700, dir_fd=inner)
        os.rename(child, next(moved), src_dir_fd=inner, dst_dir_fd=top)
