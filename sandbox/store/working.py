"""The working copy: a version laid down on this machine's disk, where the next command runs.

It stays between commands, so that only what differs is read or written again. It is a cache: whenever it may not be exactly its
version (a crash, an abort, a version from elsewhere) it is laid down anew.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
import zlib
from pathlib import Path
from typing import Any

from sandbox.errors import Fault, OverQuota
from sandbox.jail import shell
from sandbox.models import Version
from sandbox.store import blobs, filediff, tree

PARTS = ("home", "tmp")
OWN_FILES = frozenset({"~/.bash_history"})
"""Kept by the shell itself with every command: no news to who typed it."""
_NAME = "index.json"
_DYING_SECONDS = 10


class Snapshot:
    """The files of one version: a manifest for each part."""

    def __init__(self, parts: dict[str, tree.Manifest]) -> None:
        self.parts = parts

    @classmethod
    def load(cls, sha: str) -> Snapshot:
        raw = json.loads(zlib.decompress(blobs.get(sha))) if sha else {}
        return cls({part: {path: tree.Entry(*entry) for path, entry in raw.get(part, {}).items()} for part in PARTS})

    def save(self) -> str:
        # Names that are not UTF-8 are kept as lone surrogates, which JSON's \u escapes carry.
        return blobs.put(zlib.compress(json.dumps(self.parts, separators=(",", ":"), sort_keys=True).encode(), 3))

    @property
    def bytes(self) -> int:
        return sum(entry.size for manifest in self.parts.values() for entry in manifest.values())

    @property
    def files(self) -> int:
        return sum(len(manifest) for manifest in self.parts.values())

    def find(self, path: str) -> tree.Entry | None:
        """An entry by its path inside the sandbox: ``~/x``, ``/home/ec2-user/x`` or ``/tmp/x``."""
        home = "/home/ec2-user/"
        path = os.path.normpath(home + path[2:] if path.startswith("~/") else path)
        if path.startswith(home):
            return self.parts["home"].get(path.removeprefix(home))
        return self.parts["tmp"].get(path.removeprefix("/tmp/")) if path.startswith("/tmp/") else None  # noqa: S108


def diff(old: Snapshot, new: Snapshot) -> tuple[list[dict[str, object]], dict[str, dict[str, Any]]]:
    """What changed, with paths as the learner writes them (``~/…``, ``/tmp/…``), and by path what of it (``filediff.describe``)."""
    prefixes = {"home": "~/", "tmp": "/tmp/"}  # noqa: S108
    rows: list[dict[str, object]] = []
    changes: list[filediff.Change] = []
    for part in PARTS:
        before, after = old.parts[part], new.parts[part]
        for row in tree.diff(before, after):
            path = str(row["path"])
            name = filediff.shown(prefixes[part] + path)
            rows.append({**row, "path": name})
            if name not in OWN_FILES:
                changes.append((name, before.get(path), after.get(path)))
    return rows, filediff.describe(changes, blobs.get)


class WorkingCopy:
    """One sandbox's folder, held by a file lock for as long as the object is open: two workers of a machine never share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _locked(self._lock):
            os.close(self._lock)
            raise Fault("still-held", f"{folder} is held by another process of this machine")
        self._indexes: dict[str, tree.Index] = {}
        self.snapshot = Snapshot({part: {} for part in PARTS})

    def close(self) -> None:
        os.close(self._lock)

    def fileno(self) -> int:
        """The lock's descriptor: whoever has a copy of it holds the folder too."""
        return self._lock

    def shell_file(self, terminal: int) -> Path:
        return self.folder / shell.file_name(terminal)

    @property
    def cloud_folder(self) -> Path:
        return self.folder / "cloud"

    def open_at(self, version: Version) -> None:
        """Make the folder hold ``version`` and mark it in use: a crash from here on makes the next one lay it down anew."""
        self.snapshot = Snapshot.load(version.manifest)
        index = self._read_index()
        if index is None:
            self._set_aside()
        if index is None or index["version"] != version.pk:
            self._lay_down(version)
            index = {}
        self._indexes = {part: {path: tree.Seen(*seen) for path, seen in index.get(part, {}).items()} for part in PARTS}
        (self.folder / _NAME).unlink(missing_ok=True)

    def _read_index(self) -> dict[str, Any] | None:
        try:
            found = json.loads((self.folder / _NAME).read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and "version" in found else None

    def _set_aside(self) -> None:
        """What a command left that did not end as it should. The kernel lets go of a dead jail's files, the lock among them, a moment
        before it kills the jail's last processes: what those still write must not be written here. The supervisor removes it."""
        aside = self.folder / "run"
        aside.mkdir(exist_ok=True, mode=0o700)
        for part in PARTS:
            with contextlib.suppress(FileNotFoundError):
                (self.folder / part).rename(aside / f"{part}-{secrets.token_hex(8)}")

    def _lay_down(self, version: Version) -> None:
        for part in PARTS:
            tree.lay_down(self.folder / part, self.snapshot.parts[part], blobs.get)
        self.cloud_folder.mkdir(exist_ok=True)
        for terminal, sha in enumerate((version.shell, version.second_shell), 1):
            self.shell_file(terminal).unlink(missing_ok=True)
            if sha:
                self.shell_file(terminal).write_bytes(blobs.get(sha))

    def scan(self, most_bytes: int, most_files: int) -> Snapshot:
        """The folder as it is now, every new content put into the blobs. Raises OverQuota."""
        parts, budget, files = {}, most_bytes, most_files
        for part in PARTS:
            try:
                found = tree.Scan(
                    self.folder / part, self._indexes.get(part, {}), blobs.put, max_bytes=budget, max_files=files, now_ns=time.time_ns()
                )
            except tree.TooMuch as error:
                raise _over(error, most_bytes, most_files) from error
            parts[part], self._indexes[part] = found.manifest, found.index
            budget, files = budget - found.bytes, files - len(found.manifest)
        return Snapshot(parts)

    def settle(self, version: Version, snapshot: Snapshot) -> None:
        """The folder is exactly ``version`` now; the next command starts from it without reading."""
        self.snapshot = snapshot
        text = json.dumps({"version": version.pk, **self._indexes}, separators=(",", ":"))
        temporary = self.folder / f"{_NAME}.new"
        temporary.write_text(text)
        temporary.replace(self.folder / _NAME)


def _locked(descriptor: int) -> bool:
    """Whether the lock could be had. Who holds it now has lost the sandbox and is dying: its last processes get a moment for that."""
    deadline = time.monotonic() + _DYING_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        else:
            return True


def _over(error: tree.TooMuch, most_bytes: int, most_files: int) -> OverQuota:
    limits = {"bytes": most_bytes, "files": most_files, "depth": tree.MAX_DEPTH}
    return OverQuota(f"home-{error.what}", what=error.what, used=error.used, limit=limits[error.what])
