"""Moving a process that is warm already into a jail that runs.

Two who trust each other do it: the supervisor opens the namespaces of the jail's pid 1 (``open_door``), the zygote, which lives in the
user namespace above all sandboxes, forks a child into the pid namespace (``fork_inside``), and that child enters the rest
(``enter``) before it reads a byte of what a learner wrote.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from sandbox.jail import kernel, seccomp

_NS_GET_USERNS = 0xB701
_CLONE = {
    "user": kernel.CLONE_NEWUSER, "net": kernel.CLONE_NEWNET, "ipc": 0x08000000, "uts": 0x04000000, "cgroup": 0x02000000,
    "mnt": 0x00020000, "pid": 0x20000000,
}  # fmt: skip
# A door's descriptors, in the order in which they are entered. A network belongs to the user namespace that the sandbox's helper
# made, all else to one that bubblewrap made below it, and the learner's processes live in a third.
DOOR = ("network's user", "net", "owner's user", "ipc", "uts", "cgroup", "mnt", "user")
_COMPARED = ("net", "ipc", "uts", "cgroup", "mnt", "user", "pid")


def open_door(init: int) -> list[int]:
    """Descriptors of the namespaces of ``init``, a jail's pid 1 as numbered here: DOOR's, then the pid namespace. Raises OSError."""
    fds: dict[str, int] = {}
    try:
        for kind in _COMPARED:
            fds[kind] = os.open(f"/proc/{init}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)
        fds["network's user"] = fcntl.ioctl(fds["net"], _NS_GET_USERNS)
        fds["owner's user"] = fcntl.ioctl(fds["mnt"], _NS_GET_USERNS)
    except BaseException:
        for fd in fds.values():
            os.close(fd)
        raise
    return [fds[name] for name in (*DOOR, "pid")]


def fork_inside(pid_ns: int) -> int:
    """As os.fork(), with the child in the pid namespace ``pid_ns``. Raises OSError: ENOMEM where the jail's pid 1 is dead.

    The caller stays where it is, but its next children would be born there as well: back into the host's nobody may go. From one
    jail's to another's is allowed, for both lie below its own.
    """
    kernel.setns(pid_ns, _CLONE["pid"])
    return os.fork()


def enter(door: Sequence[int]) -> None:
    """In the child, while it has one thread: become a process of the jail like any other. Raises OSError: then it must end.

    It takes no signal of the zygote's session with it, and none of the jail's reads or changes it: a process that may not be dumped is
    closed to all but those who own the namespace that it was born in.
    """
    kernel.hide()
    os.setsid()
    wanted = dict(zip((*DOOR, "pid"), map(_inode, door), strict=True))
    user = None
    for name, fd in zip(DOOR, door, strict=False):
        kind = name.rpartition(" ")[2]
        if kind == "user":
            if _inode(fd) == user:
                continue  # bubblewrap makes one or two
            user = _inode(fd)
        kernel.setns(fd, _CLONE[kind])
    # A first version of this stayed silently in the host's network while everything else worked.
    astray = [kind for kind in _COMPARED if os.stat(f"/proc/self/ns/{kind}").st_ino != wanted[kind]]  # noqa: PTH116
    if astray:
        raise OSError(f"not in the jail's {', '.join(astray)}")
    for fd in door:
        os.close(fd)
    kernel.forbid_capabilities()
    kernel.drop_capabilities()
    kernel.hide()  # a change of credentials may have set it anew
    kernel.filter_calls(seccomp.filter_bytes())


def rename(name: bytes, arguments: Sequence[bytes]) -> None:
    """What ``ps`` calls this process, as far as there is room: the zygote's last argument is there to make some."""
    kernel.rename(name)
    fields = Path("/proc/self/stat").read_bytes().rpartition(b") ")[2].split()
    start, end = int(fields[45]), int(fields[46])
    if room := end - start:
        text = b"".join(argument + b"\0" for argument in arguments)[: room - 1]
        ctypes.memmove(start, text.ljust(room, b"\0"), room)


def _inode(fd: int) -> int:
    return os.fstat(fd).st_ino
