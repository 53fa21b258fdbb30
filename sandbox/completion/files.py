"""The files of a version as bash would look for them: the learner's own from its manifest, the workstation's read-only ones from disk.

Nothing of the learner's is opened, and no link is followed on this machine: a link of theirs is looked up in the manifest again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from sandbox.jail import programs
from sandbox.jail.rootfs import HOME
from sandbox.store import tree
from sandbox.store.working import Snapshot

_TMP = "/tmp"  # noqa: S108
_ROOT = ("bin", "dev", "etc", "home", "lib", "opt", "proc", "run", "sbin", "sys", "tmp", "usr", "var")
_ON_DISK = ("/usr", "/bin", "/sbin", "/lib")
"""What every jail sees as this machine has it."""
_MOST_LINKS = 20


@lru_cache(maxsize=16)
def snapshot(sha: str) -> Snapshot:
    """A version's manifests; they never change. Raises Fault."""
    return Snapshot.load(sha)


class Files:
    """Folders of one version. Paths are absolute, as in the sandbox."""

    def __init__(self, found: Snapshot) -> None:
        self._parts = {HOME: found.parts["home"], _TMP: found.parts["tmp"]}

    def listing(self, folder: str) -> dict[str, str]:
        """Name → kind (``folder``, ``program`` or ``file``) of what ``folder`` holds; empty where there is no such folder."""
        folder = self._resolve(os.path.normpath(folder))
        if folder == "/":
            return dict.fromkeys(_ROOT, "folder")
        if folder == "/home":
            return {"ec2-user": "folder"}
        if (own := self._part(folder)) is not None:
            return dict(self._own(*own))
        return _disk(folder) if folder.startswith(_ON_DISK) else {}

    def _part(self, path: str) -> tuple[str, str] | None:
        """(which part, the path in it)."""
        for root in self._parts:
            if path == root or path.startswith(root + "/"):
                return root, path[len(root) + 1 :]
        return None

    def _own(self, root: str, folder: str) -> Iterator[tuple[str, str]]:
        manifest, prefix = self._parts[root], f"{folder}/" if folder else ""
        for path, entry in manifest.items():
            if path.startswith(prefix) and "/" not in (name := path[len(prefix) :]):
                yield name, self._kind(f"{root}/{path}", entry)

    def _kind(self, path: str, entry: tree.Entry) -> str:
        if entry.kind == "l":
            target = self._resolve(path)
            if (own := self._part(target)) is None:
                return "folder" if target in {"/", "/home"} or (target.startswith(_ON_DISK) and Path(target).is_dir()) else "file"
            if not own[1]:
                return "folder"
            found = self._parts[own[0]].get(own[1])
            if found is None:
                return "file"
            entry = found
        if entry.kind == "d":
            return "folder"
        return "program" if entry.mode & 0o111 else "file"

    def _resolve(self, path: str) -> str:
        """Without the learner's links on the way; one that leads round in circles stays."""
        for _ in range(_MOST_LINKS):
            if (over := self._first_link(path)) is None:
                return path
            link, target = over
            beside = target if target.startswith("/") else f"{link.rpartition('/')[0]}/{target}"
            path = os.path.normpath(beside + path[len(link) :])
        return path

    def _first_link(self, path: str) -> tuple[str, str] | None:
        own = self._part(path)
        if own is None or not own[1]:
            return None
        root, inner = own
        parts = inner.split("/")
        for count in range(1, len(parts) + 1):
            entry = self._parts[root].get("/".join(parts[:count]))
            if entry is None:
                return None
            if entry.kind == "l":
                return f"{root}/{'/'.join(parts[:count])}", entry.data
        return None


@lru_cache(maxsize=64)
def _disk(folder: str) -> dict[str, str]:
    """Of the system's own folders, which are as in every jail; nothing where a link leads out of them."""
    real = os.path.realpath(folder)
    if not real.startswith(("/usr/", "/bin/", "/sbin/", "/lib")) and real not in _ON_DISK:
        return {}
    found: dict[str, str] = {}
    try:
        with os.scandir(real) as entries:
            for entry in entries:
                if programs.is_seen(real, entry.name):
                    found[entry.name] = _disk_kind(entry)
    except OSError:
        return {}
    return found


def _disk_kind(entry: os.DirEntry[str]) -> str:
    try:
        mode = entry.stat().st_mode
    except OSError:  # a link to nowhere
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "program" if mode & 0o111 else "file"
