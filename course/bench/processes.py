"""Processes of the stack, and the memory that is theirs."""

from __future__ import annotations

from pathlib import Path


def below(pid: int) -> dict[int, str]:
    """Every process below ``pid``, by what it runs."""
    found: dict[int, str] = {}
    waiting = [pid]
    while waiting:
        for child in _children(waiting.pop()):
            found[child] = _name(child)
            waiting.append(child)
    return found


def memory(pid: int) -> float:
    """Megabytes, shared pages divided among those who share them (PSS); of a process one may not look into, its resident set."""
    for name, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            lines = Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        return sum(int(line.split()[1]) for line in lines if line.startswith(key)) / 1024
    return 0.0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def _name(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    return next((words[at + 1] for at, word in enumerate(words[:-1]) if word == "-m"), Path(words[0]).name)
