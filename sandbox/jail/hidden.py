"""What a jail holds that no process shows as its memory, and no folder as a file.

=====================================  =====================================================================
deleted files that are still open      found behind descriptors and counted as disk
deleted files that are mapped          their size is not to be seen: each counts as large as a file may be
areas of address space                 384 bytes of the kernel's memory each, 65,530 a process
pages of a shared /dev/zero            no bound and no account: having one is being over (seccomp refuses the
                                       other spelling of the same, MAP_SHARED with MAP_ANONYMOUS)
entries of /dev/shm                    a kilobyte of the kernel's memory each, and tmpfs counts only their contents
sockets of the sandbox's network       with those in flight, waiting to be accepted and half closed: each holds up
                                       to 208 KB (256 KB: TCP) of what was sent and not read
=====================================  =====================================================================

A look costs about 0.2 ms a process; it is taken once a second and takes at most a twentieth of the time.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass

_AREA_BYTES = 384
_MAX_AREAS = 65_530
_MAPS_BYTES = 1024 * 1024  # more is not read, and then counted as the most there can be
_AT_LEAST_SECONDS = 1.0
_SHARE = 20
MAX_SHM_ENTRIES = 2_000
SHM = "/dev/shm"  # noqa: S108


@dataclass(frozen=True, slots=True)
class Hidden:
    """Bytes of the kernel's memory, bytes of disk in deleted files, and whether there is a shared /dev/zero."""

    memory: int
    disk: int
    zero: bool


class Looks:
    """Looks when it is time again; between looks it answers what it saw last."""

    def __init__(self) -> None:
        self._next = 0.0
        self._seen = Hidden(0, 0, zero=False)

    def at(self, pids: Sequence[int], file_bytes: int) -> Hidden:
        begun = time.monotonic()
        if begun >= self._next:
            self._seen = look(pids, file_bytes)
            now = time.monotonic()
            self._next = now + max(_AT_LEAST_SECONDS, (now - begun) * _SHARE)
        return self._seen


def look(pids: Sequence[int], file_bytes: int) -> Hidden:
    """``file_bytes``: how large one file may be."""
    areas, zero = 0, False
    files: dict[tuple[str, int], int] = {}
    for pid in pids:
        lines, whole = _maps(pid)
        areas += len(lines) if whole else _MAX_AREAS
        for line in lines:
            if not line.endswith(b" (deleted)"):
                continue
            _range, mode, _offset, device, inode, name = line.split(maxsplit=5)
            if name.startswith(b"/dev/zero"):
                zero = zero or mode.endswith(b"s")
            elif not name.startswith(b"/dev/shm/"):
                files[device.decode(), int(inode)] = file_bytes
        files |= _open_deleted(pid)
    return Hidden(areas * _AREA_BYTES, sum(files.values()), zero)


def _maps(pid: int) -> tuple[list[bytes], bool]:
    """The areas of a process, and whether that is all of them."""
    text = bytearray()
    try:
        fd = os.open(f"/proc/{pid}/maps", os.O_RDONLY | os.O_CLOEXEC)
        try:
            while len(text) < _MAPS_BYTES and (part := os.read(fd, 65536)):
                text += part
        finally:
            os.close(fd)
    except OSError:
        return [], True
    return bytes(text).splitlines(), len(text) < _MAPS_BYTES


def _open_deleted(pid: int) -> dict[tuple[str, int], int]:
    """Allocated bytes by (device as maps spells it, inode)."""
    found: dict[tuple[str, int], int] = {}
    try:
        with os.scandir(f"/proc/{pid}/fd") as entries:
            for entry in entries:
                try:
                    about = os.stat(entry.path)  # noqa: PTH116
                except OSError:
                    continue
                if about.st_nlink == 0 and stat.S_ISREG(about.st_mode):
                    device = f"{os.major(about.st_dev):02x}:{os.minor(about.st_dev):02x}"
                    found[device, about.st_ino] = about.st_blocks * 512
    except OSError:
        pass
    return found


def sockets(init: int) -> int:
    """How many sockets the network of process ``init`` holds, whoever made them; 0 when it is gone, and while it is in ours."""
    try:
        if os.stat(f"/proc/{init}/ns/net").st_ino == os.stat("/proc/self/ns/net").st_ino:  # noqa: PTH116
            return 0
        fd = os.open(f"/proc/{init}/net/sockstat", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return int(os.read(fd, 256).split(maxsplit=3)[2])
        finally:
            os.close(fd)
    except (OSError, ValueError, IndexError):
        return 0


def shm_entries(init: int) -> int:
    """How many files the shared memory of the jail with this pid 1 holds; 0 when it is gone, and while it is not made: until the jail's
    root is there the host's is what is seen, and what others keep in that is nothing to the learner."""
    try:
        fd = os.open(f"/proc/{init}/root{SHM}", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        about = os.fstatvfs(fd)
        return 0 if os.fstat(fd).st_dev == _device(SHM) else about.f_files - about.f_ffree
    finally:
        os.close(fd)


def _device(path: str) -> int:
    try:
        return os.stat(path).st_dev  # noqa: PTH116
    except OSError:
        return -1
