"""The user namespace that every sandbox's namespaces are made in.

Whoever lives in it, owns what is made from it: so a warm tool's zygote, which lives there and nowhere near the host, can send a child
into a learner's jail, and the supervisor, which owns the namespace itself, needs no more rights than an ordinary user has.
"""

from __future__ import annotations

import os
from pathlib import Path

from sandbox.jail import kernel


def make() -> int:
    """A new user namespace without a process in it, as a descriptor; this user is its root. Raises OSError."""
    parent, child_end = os.pipe()
    held, release = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            kernel.die_with(os.getppid())
            kernel.unshare(kernel.CLONE_NEWUSER)
            os.write(child_end, b"x")
            os.close(release)
            os.read(held, 1)
        finally:
            os._exit(0)
    try:
        os.close(child_end)
        if not os.read(parent, 1):
            raise OSError("the kernel gave no user namespace")
        # Its root is this very user: what is closed to others about a process born in it, is open to the supervisor.
        Path(f"/proc/{pid}/setgroups").write_text("deny")
        Path(f"/proc/{pid}/uid_map").write_text(f"0 {os.geteuid()} 1")
        Path(f"/proc/{pid}/gid_map").write_text(f"0 {os.getegid()} 1")
        return os.open(f"/proc/{pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        for fd in (parent, held, release):
            os.close(fd)
        os.waitpid(pid, 0)
