"""Looking at, and killing, the processes below one."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connections


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait for a condition, looking often; fails the test when it never comes."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def in_thread(work: Callable[[], object]) -> threading.Thread:
    """Started; its database connections are closed at its end."""

    def wrapped() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=wrapped)
    thread.start()
    return thread


def descendants(pid: int) -> list[int]:
    """Every process below ``pid``, parents first."""
    found, wave = [], [pid]
    while wave:
        wave = [child for parent in wave for child in _children(parent)]
        found += wave
    return found


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def comm(pid: int) -> str:
    """What the process calls itself."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def descendants_with_parents(pid: int) -> dict[int, int]:
    """The same as ``descendants`` by one look at every process, with their parents."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text(errors="replace").rpartition(") ")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(folder.name))
    found: dict[int, int] = {}
    wave = [pid]
    while wave:
        found |= {child: parent for parent in wave for child in children.get(parent, [])}
        wave = [child for parent in wave for child in children.get(parent, [])]
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def clouds(supervisor: int) -> list[int]:
    """The cloud processes: the zygote's forks, which keep its command line."""
    zygotes = [pid for pid in descendants(supervisor) if "sandbox.cloud.zygote" in command_line(pid) and "bwrap" not in command_line(pid)]
    return [pid for pid in zygotes if any(pid in _children(parent) for parent in zygotes)]


def kill(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
