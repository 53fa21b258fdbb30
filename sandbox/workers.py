"""Who this process is, and which processes of this host are gone: what holds a lock or runs a command is named by it."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path


def host() -> str:
    return os.uname().nodename[:60]


def me() -> str:
    """``host:pid:start``: a pid used again later is another worker."""
    return f"{host()}:{os.getpid()}:{_started(os.getpid())}"


def is_gone(worker: str) -> bool:
    """True where ``worker`` (what ``me()`` said there, and maybe more parts) is of this host and its process has ended.
    Another host's are only told by their lease."""
    name, pid, started, *_ = [*worker.split(":"), "", ""]
    return name == host() and pid.isdecimal() and _started_now(int(pid)) != started


@lru_cache(maxsize=1)
def _started(pid: int) -> str:
    return _started_now(pid)


def _started_now(pid: int) -> str:
    """The process's start in clock ticks since boot, "" where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name in parentheses may hold spaces and parentheses itself.
    return stat.rpartition(")")[2].split()[19]
