"""Jails that outlived a killed supervisor.

Between its clone and its prctl a jail's pid 1 has no death signal yet: where bwrap is killed just then, it waits for bwrap for
good, before anything of a learner's has run. A living supervisor finds such a one among its children; what a killed one left is
found by the next.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

_OURS = b"\0/usr/bin/prlimit\0--nproc="
_KEEPERS = (b"bwrap", b"sandbox.jail.supervisor")


def sweep() -> list[int]:
    """Kill this user's jails that nobody keeps any more; returns their pids. Other workers' jails have a bwrap or a supervisor above."""
    killed = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _is_orphan(folder):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(int(folder.name), signal.SIGKILL)
                killed.append(int(folder.name))
    return killed


def _is_orphan(folder: Path) -> bool:
    try:
        if folder.stat().st_uid not in {os.geteuid(), 0} or _OURS not in (folder / "cmdline").read_bytes():
            return False
        fields = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        numbers, parent = fields["NSpid"].split(), fields["PPid"].strip()
        if len(numbers) < 2 or numbers[-1] != "1" or int(fields["Uid"].split()[0]) != os.geteuid():
            return False
        above = Path("/proc", parent, "cmdline").read_bytes()
    except (OSError, KeyError, ValueError):
        return False
    return not any(keeper in above for keeper in _KEEPERS)
