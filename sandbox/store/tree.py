"""A folder as a value: scan it into a manifest of blobs, and lay a manifest down again.

A manifest maps a relative path (bytes as str by surrogateescape, "/" between parts) to an Entry. Scanning costs one stat a
file; only files whose stat changed since the index was taken are read again.

Everything under the folder was written by a hostile program that is no longer running: links are recorded, never followed,
sockets and FIFOs are left out.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sandbox import folders

# A file changed within this of the index being taken may change again without its times showing it (git calls it racy).
RACY_NS = 20_000_000
MAX_DEPTH, _MAX_PATH = 100, 2048  # laying down needs whole paths, of which the kernel takes 4,096 bytes
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Entry(NamedTuple):
    """``kind``: f, d or l. ``data``: a file's SHA-256, a link's target, "" for a folder."""

    kind: str
    mode: int
    mtime_ns: int
    size: int
    data: str


Manifest = dict[str, Entry]


class Seen(NamedTuple):
    """What stat said when ``sha`` was computed; equal again means the same bytes."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    sha: str


Index = dict[str, Seen]


class TooMuch(Exception):
    """The folder holds more than it may; ``what`` is "bytes", "files" or "depth"."""

    def __init__(self, what: str, used: int) -> None:
        super().__init__(what)
        self.what = what
        self.used = used


class Scan:
    """One pass over a folder. ``manifest`` and ``index`` are the results; ``put`` receives each new content once."""

    def __init__(self, root: Path, index: Index, put: Callable[[bytes], str], *, max_bytes: int, max_files: int, now_ns: int) -> None:
        self.manifest: Manifest = {}
        self.index: Index = {}
        self.bytes = 0
        self._old, self._put = index, put
        self._max_bytes, self._max_files, self._now = max_bytes, max_files, now_ns
        root.chmod(0o755)  # the mode of the top folder itself is not part of the value
        folder = os.open(root, folders.FOLDER)
        try:
            self._folder(folder, "")
        finally:
            os.close(folder)

    def _folder(self, folder: int, prefix: str) -> None:
        for name in sorted(os.listdir(folder)):
            path = f"{prefix}{name}"
            info = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISDIR(info.st_mode):
                self._add(path, Entry("d", stat.S_IMODE(info.st_mode), info.st_mtime_ns, 0, ""))
                self._subfolder(folder, name, path, info)
            elif stat.S_ISLNK(info.st_mode):
                target = os.readlink(name, dir_fd=folder)
                self._add(path, Entry("l", 0o777, info.st_mtime_ns, len(target), target))
            elif stat.S_ISREG(info.st_mode):
                self._file(folder, name, path, info)

    def _subfolder(self, folder: int, name: str, path: str, info: os.stat_result) -> None:
        closed = info.st_mode & 0o700 != 0o700  # the learner closed it to themselves; the value keeps it closed
        with _opened_up(folder, name, info, 0o700) if closed else contextlib.nullcontext():
            inner = os.open(name, folders.FOLDER, dir_fd=folder)
            try:
                self._folder(inner, f"{path}/")
            finally:
                os.close(inner)

    def _file(self, folder: int, name: str, path: str, info: os.stat_result) -> None:
        self.bytes += info.st_size
        if self.bytes > self._max_bytes:
            raise TooMuch("bytes", self.bytes)
        old = self._old.get(path)
        key = (info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)
        sha = old.sha if old is not None and old[:4] == key else self._put(_read(folder, name, info))
        if max(info.st_mtime_ns, info.st_ctime_ns) < self._now - RACY_NS:
            self.index[path] = Seen(*key, sha)
        self._add(path, Entry("f", stat.S_IMODE(info.st_mode), info.st_mtime_ns, info.st_size, sha))

    def _add(self, path: str, entry: Entry) -> None:
        if len(self.manifest) >= self._max_files:
            raise TooMuch("files", len(self.manifest) + 1)
        if path.count("/") >= MAX_DEPTH or len(os.fsencode(path)) > _MAX_PATH:
            raise TooMuch("depth", path.count("/") + 1)
        self.manifest[path] = entry


def _read(folder: int, name: str, info: os.stat_result) -> bytes:
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except PermissionError:
        with _opened_up(folder, name, info, 0o600):
            descriptor = os.open(name, _READ, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(info.st_size)


class _opened_up:  # noqa: N801 - reads as a phrase where it is used
    def __init__(self, folder: int, name: str, info: os.stat_result, mode: int) -> None:
        self._folder, self._name, self._info, self._mode = folder, name, info, mode

    def _chmod(self, mode: int) -> None:
        # chmod follows a link, but only the owner's own folders and files come here, and nothing runs in them any more.
        os.chmod(self._name, mode, dir_fd=self._folder)

    def __enter__(self) -> None:
        self._chmod(self._mode)

    def __exit__(self, *exc: object) -> None:
        self._chmod(stat.S_IMODE(self._info.st_mode))
        os.utime(self._name, ns=(self._info.st_atime_ns, self._info.st_mtime_ns), dir_fd=self._folder)


def lay_down(root: Path, manifest: Manifest, get: Callable[[str], bytes]) -> None:
    """Make ``root`` hold exactly ``manifest``. The folder is emptied first."""
    clear(root)
    made: list[tuple[Path, Entry]] = []
    for path, entry in sorted(manifest.items()):  # a folder sorts before what it holds
        target = root / path
        if entry.kind == "d":
            target.mkdir(mode=0o700)
            made.append((target, entry))
        elif entry.kind == "l":
            target.symlink_to(entry.data)
            os.utime(target, ns=(entry.mtime_ns, entry.mtime_ns), follow_symlinks=False)
        else:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(get(entry.data))
            target.chmod(entry.mode)
            os.utime(target, ns=(entry.mtime_ns, entry.mtime_ns))
    for target, entry in reversed(made):
        target.chmod(entry.mode)
        os.utime(target, ns=(entry.mtime_ns, entry.mtime_ns))


def clear(root: Path) -> None:
    """Empty ``root`` (made when missing)."""
    root.mkdir(parents=True, exist_ok=True)
    folders.empty(root)
    root.chmod(0o755)


def diff(old: Manifest, new: Manifest) -> list[dict[str, object]]:
    """What changed, by path: ``[{"path", "change": added|changed|removed, "size"}]``; folders and times alone are no change."""
    changes: list[dict[str, object]] = []
    for path in sorted(old.keys() | new.keys()):
        before, after = old.get(path), new.get(path)
        if after is None and before is not None and before.kind != "d":
            changes.append({"path": path, "change": "removed", "size": 0})
        elif after is not None and after.kind != "d":
            if before is None or before.kind == "d":
                changes.append({"path": path, "change": "added", "size": after.size})
            elif (before.kind, before.mode, before.data) != (after.kind, after.mode, after.data):
                changes.append({"path": path, "change": "changed", "size": after.size})
    return changes
