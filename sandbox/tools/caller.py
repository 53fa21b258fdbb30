"""The learner's process that a warm tool stands in for, as the tool finds it: arguments, environment, folder, descriptors, limits.

Read inside the jail alone, from /proc and from one message of the shim's, by a process that can do no more than the learner can.
The message (one line, sent at once): the descriptors' numbers, a semicolon, the number of arguments; the descriptors come with it.
"""

from __future__ import annotations

import array
import contextlib
import fcntl
import os
import resource
import signal
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

MOST_FDS = 253  # what one message of the kernel's carries
_MESSAGE = 4096
_LIMITS = {
    "Max cpu time": resource.RLIMIT_CPU, "Max file size": resource.RLIMIT_FSIZE, "Max data size": resource.RLIMIT_DATA,
    "Max stack size": resource.RLIMIT_STACK, "Max core file size": resource.RLIMIT_CORE, "Max resident set": resource.RLIMIT_RSS,
    "Max processes": resource.RLIMIT_NPROC, "Max open files": resource.RLIMIT_NOFILE, "Max locked memory": resource.RLIMIT_MEMLOCK,
    "Max address space": resource.RLIMIT_AS, "Max pending signals": resource.RLIMIT_SIGPENDING,
    "Max msgqueue size": resource.RLIMIT_MSGQUEUE, "Max nice priority": resource.RLIMIT_NICE,
    "Max realtime priority": resource.RLIMIT_RTPRIO, "Max realtime timeout": resource.RLIMIT_RTTIME,
}  # fmt: skip


class CallerError(Exception):
    """What was asked is not a call, or the caller is gone."""


@dataclass(frozen=True, slots=True)
class Caller:
    """``pid`` as numbered inside the jail."""

    pid: int
    arguments: list[bytes]
    environment: dict[bytes, bytes]


def receive(conn: socket.socket) -> tuple[Caller, socket.socket]:
    """Become what called: its descriptors at their numbers, its folder, mask, signals, priority and limits. Returns it with the socket,
    moved out of the way. All other descriptors have to be closed before. Raises CallerError, OSError, ValueError."""
    pid, uid, _gid = struct.unpack("3i", conn.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if pid <= 0 or uid != os.getuid():
        raise CallerError("a caller outside the jail")
    text, fds = _read(conn)
    numbers, _semicolon, count = text.partition(b";")
    conn = _place(conn, fds, [int(number) for number in numbers.split()])
    folder = Path("/proc", str(pid))
    arguments = (folder / "cmdline").read_bytes().split(b"\0")[:-1]
    entries = (folder / "environ").read_bytes().split(b"\0")
    environment: dict[bytes, bytes] = {}
    for entry in entries:
        name, equals, value = entry.partition(b"=")
        if equals and name:
            environment.setdefault(name, value)
    os.chdir(folder / "cwd")
    _take_over(pid, (folder / "status").read_text(), (folder / "limits").read_text())
    return Caller(pid, arguments[len(arguments) - int(count) :], environment), conn


def _read(conn: socket.socket) -> tuple[bytes, list[int]]:
    space = socket.CMSG_SPACE(4 * MOST_FDS)
    text, ancillary, flags, _address = conn.recvmsg(_MESSAGE, space, socket.MSG_CMSG_CLOEXEC)
    fds = array.array("i")
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(value[: len(value) - len(value) % fds.itemsize])
    if not text.endswith(b"\n") or flags & socket.MSG_CTRUNC:
        raise CallerError("no whole message")
    return text, list(fds)


def _place(conn: socket.socket, fds: list[int], numbers: list[int]) -> socket.socket:
    if len(fds) != len(numbers) or len(set(numbers)) != len(numbers) or min(numbers, default=0) < 0:
        raise CallerError("descriptors and numbers do not match")
    above = max([*numbers, *fds, conn.fileno(), 2]) + 1
    out_of_the_way = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, above) for fd in fds]
    moved = socket.socket(fileno=fcntl.fcntl(conn.fileno(), fcntl.F_DUPFD_CLOEXEC, above))
    conn.close()
    for fd in fds:
        os.close(fd)
    for fd, number in zip(out_of_the_way, numbers, strict=True):
        os.dup2(fd, number)
        os.close(fd)
    return moved


def _take_over(pid: int, status: str, limits: str) -> None:
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    os.umask(int(fields["Umask"], 8))
    ignored, blocked = int(fields["SigIgn"], 16), int(fields["SigBlk"], 16)
    for number in range(1, 32):
        # What an interpreter ignores from its start on stays so, whoever called it; perl does so with FPE.
        if number not in {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGFPE, signal.SIGINT}:
            signal.signal(number, signal.SIG_IGN if ignored >> (number - 1) & 1 else signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN if ignored >> (signal.SIGINT - 1) & 1 else signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, {number for number in range(1, 65) if blocked >> (number - 1) & 1})
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, pid))
    for line in limits.splitlines()[1:]:
        name, values = line[:26].strip(), line[26:].split()
        if name in _LIMITS:
            soft, hard = (resource.RLIM_INFINITY if value == "unlimited" else int(value) for value in values[:2])
            resource.setrlimit(_LIMITS[name], (soft, hard))
