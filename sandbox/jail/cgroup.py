"""What the kernel's control groups (v2) bound this process and all it starts to. The poller (limits.py) bounds a command; only a control
group bounds all commands of a worker together, with what the kernel keeps for them.

https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
"""

from __future__ import annotations

from pathlib import Path

_ROOT, _SELF = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def memory(root: Path = _ROOT, self: Path = _SELF) -> int | None:
    """Bytes that this process's group and those above it leave for all its processes; None where nothing bounds them."""
    folder = _own(root, self)
    if folder is None:
        return None
    found = [limit for group in (folder, *folder.parents) if group.is_relative_to(root) and (limit := _limit(group)) is not None]
    return min(found, default=None)


def _own(root: Path, self: Path) -> Path | None:
    try:
        lines = self.read_text().splitlines()
    except OSError:
        return None
    path = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), None)
    return None if path is None else root / path.lstrip("/")


def _limit(group: Path) -> int | None:
    try:
        text = (group / "memory.max").read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
