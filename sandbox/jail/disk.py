"""How much disk jails' folders take while their commands run, and taking away what commands leave.

The kernel keeps no such account for ordinary users, so a process of its own walks the folders: the supervisor, which has
one thread for everybody, must not wait for 50,000 files. The limits lie far above a value's quota, which is what the learner is
told of, and far below what would hurt the others. It is a fork of the supervisor in a user namespace of its own, with
power over the files of its user there: a folder that a learner has closed to themselves is looked into all the same.
"""

from __future__ import annotations

import itertools
import os
import select
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sandbox import folders as trees
from sandbox import wire
from sandbox.jail import kernel
from sandbox.jail.link import Link
from sandbox.jail.loop import Loop

MAX_DEPTH = 200
_LOOK_SECONDS = 0.2  # how often the disk's own counters are read
_WALK_SECONDS = 3.0  # how often the folders are walked where those say nothing
_GROWTH = (32 * 1024 * 1024, 4_000)  # bytes and entries since the last walk that call for another
_SHARE = 4  # walking takes at most this fraction of the time, less one

Over = Callable[[], None]


class Watcher:
    """The supervisor's end: ``watch`` a command's folders, ``forget`` them, ``remove`` what it leaves."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._link: Link | None = None
        self._watched: dict[int, tuple[dict[str, object], Over]] = {}
        self._numbers = itertools.count(1)
        self._closed = False
        self.pid = 0

    def start(self) -> None:
        ours, theirs = socket.socketpair()
        parent, ids = os.getpid(), (os.geteuid(), os.getegid())
        self.pid = os.fork()
        if self.pid == 0:
            _helper(theirs, parent, ids)
        theirs.close()
        self._link = Link(self._loop, ours, self._frame, lambda: None)
        self._loop.child(self.pid, lambda _status: self._ended())
        for frame, _over in self._watched.values():
            self._link.send(frame)

    def watch(self, folders: Sequence[Path], most_bytes: int, most_entries: int, over: Over) -> int:
        """``over`` is called, once, when the folders together hold more, or are nested deeper than 200 levels."""
        number = next(self._numbers)
        frame = {"kind": "watch", "id": number, "folders": list(map(os.fspath, folders)), "bytes": most_bytes, "entries": most_entries}
        self._watched[number] = frame, over
        self._tell(frame)
        return number

    def forget(self, number: int) -> None:
        self._watched.pop(number, None)
        self._tell({"kind": "forget", "id": number})

    def remove(self, folder: Path) -> None:
        """Take ``folder`` away, in a while."""
        self._tell({"kind": "remove", "folder": os.fspath(folder)})

    def close(self) -> None:
        """It ends with its socket."""
        self._closed = True
        if self._link is not None:
            self._link.close()

    def _tell(self, header: dict[str, object]) -> None:
        if self._link is not None:
            self._link.send(header)

    def _frame(self, frame: wire.Frame) -> None:
        frame.close()
        _frame, over = self._watched.pop(int(frame.header["id"]), ({}, None))
        if over is not None:
            over()

    def _ended(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link, self.pid = None, 0
        if not self._closed:
            self._loop.later(_LOOK_SECONDS, self.start)


def _helper(control: socket.socket, parent: int, ids: tuple[int, int]) -> NoReturn:
    """The child's whole life; it never returns into the supervisor's code."""
    try:
        kernel.default_signals()
        kernel.close_except([2, control.fileno()])
        kernel.unshare(kernel.CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{ids[0]} {ids[0]} 1")
        Path("/proc/self/gid_map").write_text(f"{ids[1]} {ids[1]} 1")
        # After the namespace: the kernel forgets the death signal of a process that gains capabilities.
        kernel.die_with(parent)
        _Walker(control).serve()
    except wire.WireError:
        pass  # the supervisor is gone
    except BaseException:
        traceback.print_exc(file=sys.stderr)
    finally:
        os._exit(0)


@dataclass(frozen=True, slots=True)
class _Watched:
    folders: list[str]
    most_bytes: int
    most_entries: int


class _Walker:
    def __init__(self, control: socket.socket) -> None:
        self._control, self._decoder = control, wire.Decoder()
        self._watched: dict[int, _Watched] = {}
        self._walked = (0, 0)
        self._not_before = self._latest = 0.0

    def serve(self) -> None:
        """Until the other end closes: WireError."""
        while True:
            if select.select([self._control], [], [], _LOOK_SECONDS if self._watched else None)[0]:
                self._listen()
            if self._watched and self._is_due():
                self._walk()

    def _listen(self) -> None:
        data, fds = wire.receive_some(self._control)
        if not data:
            raise wire.WireError("the supervisor has gone")
        for frame in self._decoder.feed(data, fds):
            if frame.kind == "watch":
                header = frame.header
                self._watched[int(header["id"])] = _Watched(list(header["folders"]), int(header["bytes"]), int(header["entries"]))
            elif frame.kind == "forget":
                self._watched.pop(int(frame.header["id"]), None)
            elif frame.kind == "remove":
                _remove(Path(frame.header["folder"]))

    def _is_due(self) -> bool:
        now = time.monotonic()
        if now < self._not_before:
            return False
        grown = [new - old for new, old in zip(_used(self._any_folder()), self._walked, strict=True)]
        return now >= self._latest or any(growth >= much for growth, much in zip(grown, _GROWTH, strict=True))

    def _any_folder(self) -> str:
        """All lie on one disk: below the folder of everything written at run time."""
        return next(iter(self._watched.values())).folders[0]

    def _walk(self) -> None:
        begun, self._walked = time.monotonic(), _used(self._any_folder())
        for number, watched in list(self._watched.items()):
            if exceeds(watched.folders, watched.most_bytes, watched.most_entries):
                del self._watched[number]
                wire.send(self._control, {"kind": "over", "id": number})
        now = time.monotonic()
        self._not_before, self._latest = now + (now - begun) * _SHARE, now + _WALK_SECONDS


def _used(folder: str) -> tuple[int, int]:
    """Bytes and entries in use on the whole disk."""
    try:
        about = os.statvfs(folder)
    except OSError:
        return 0, 0
    return (about.f_blocks - about.f_bfree) * about.f_frsize, about.f_files - about.f_ffree


def _remove(folder: Path) -> None:
    try:
        trees.remove(folder)
    except OSError as error:
        sys.stderr.write(f"{folder} could not be removed: {error}\n")


def exceeds(folders: Sequence[str | Path], most_bytes: int, most_entries: int, deepest: int = MAX_DEPTH) -> bool:
    """Whether they hold more together. Links are not followed, and a file with two names takes its place once."""
    used = 0
    linked: set[int] = set()
    for entries, (depth, about) in enumerate(itertools.chain.from_iterable(map(_entries, folders)), 1):
        if about.st_nlink == 1 or about.st_ino not in linked:
            used += about.st_blocks * 512
        if about.st_nlink > 1:
            linked.add(about.st_ino)
        if used > most_bytes or entries > most_entries or depth > deepest:
            return True
    return False


def _entries(folder: str | Path) -> Iterator[tuple[int, os.stat_result]]:
    """Every entry below, with its depth. By descriptor, for a path says no more than 4,096 bytes; what vanishes meanwhile is left out."""
    try:
        levels = [os.scandir(top := os.open(folder, trees.FOLDER))]
    except OSError:
        return
    opened = [top]
    try:
        while levels:
            entry = _next(levels[-1])
            if entry is None:
                levels.pop().close()
                os.close(opened.pop())
                continue
            try:
                about = entry.stat(follow_symlinks=False)
                yield len(levels), about
                if entry.is_dir(follow_symlinks=False):
                    opened.append(os.open(entry.name, trees.FOLDER, dir_fd=opened[-1]))
                    levels.append(os.scandir(opened[-1]))
            except OSError:
                continue
    finally:
        for level in levels:
            level.close()
        for fd in opened:
            os.close(fd)


def _next(level: Iterator[os.DirEntry[str]]) -> os.DirEntry[str] | None:
    try:
        return next(level, None)
    except OSError:
        return None
