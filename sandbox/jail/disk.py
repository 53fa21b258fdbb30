"""How much disk a jail's folders take while a command runs. A poller: the kernel keeps no such account for ordinary users."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

MAX_BYTES = 512 * 1024 * 1024
MAX_ENTRIES = 100_000
_AT_LEAST_SECONDS = 1.0
_SHARE = 20  # looking takes at most this fraction of the time


class Watch:
    """The folders together may hold 512 MB and 100,000 entries, links not followed: far above a value's quota, which is
    what the learner is told of, and far below what would hurt the others."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._next = time.monotonic() + _AT_LEAST_SECONDS

    def over(self) -> bool:
        """Whether they hold more; looks only when it is time again."""
        begun = time.monotonic()
        if begun < self._next:
            return False
        result = exceeds(self._folders)
        took = time.monotonic() - begun
        self._next = time.monotonic() + max(_AT_LEAST_SECONDS, took * _SHARE)
        return result


def exceeds(folders: Sequence[Path], most_bytes: int = MAX_BYTES, most_entries: int = MAX_ENTRIES) -> bool:
    waiting, used, entries = [os.fspath(folder) for folder in folders], 0, 0
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    entries += 1
                    used += entry.stat(follow_symlinks=False).st_blocks * 512
                    if used > most_bytes or entries > most_entries:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue
    return False
