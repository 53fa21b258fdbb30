"""A command's terminal, from the supervisor's side, and whether its program waits for typing."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import struct
import termios
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from sandbox.jail import syscalls

_IUTF8 = 0o40000
_TIOCSIG = 0x40045436
_SIGINT_BIT = 1 << (signal.SIGINT - 1)
_POLLING = ("poll", "select", "epoll_wait", "pselect6", "ppoll", "epoll_pwait", "epoll_pwait2")


class Terminal:
    """``master`` does not block; ``slave`` is closed with ``close_slave()`` once the program has it."""

    def __init__(self, rows: int, cols: int) -> None:
        self.master, self.slave = os.openpty()
        self.device = os.fstat(self.slave).st_rdev
        os.set_blocking(self.master, False)
        settings = termios.tcgetattr(self.slave)
        settings[0] |= _IUTF8
        termios.tcsetattr(self.slave, termios.TCSANOW, settings)
        self.resize(rows, cols)

    def resize(self, rows: int, cols: int) -> None:
        """The foreground job gets SIGWINCH."""
        with contextlib.suppress(OSError):
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("4H", _cell(rows, 24), _cell(cols, 80), 0, 0))

    def interrupt(self) -> None:
        """As ^C typed, which also prints ^C; where the program has turned that off, SIGINT to the foreground job."""
        with contextlib.suppress(OSError, termios.error):
            if termios.tcgetattr(self.master)[3] & termios.ISIG:
                try:
                    os.write(self.master, termios.tcgetattr(self.master)[6][termios.VINTR])
                except BlockingIOError:
                    pass
                else:
                    return
            fcntl.ioctl(self.master, _TIOCSIG, signal.SIGINT)

    def foreground(self) -> int:
        """The foreground job's process group as numbered here; 0 when there is none."""
        try:
            return os.tcgetpgrp(self.master)
        except OSError:
            return 0

    def ends_at_interrupt(self, pids: Iterable[int]) -> bool:
        """Whether a program of the foreground job would die of SIGINT, had it got one."""
        group = self.foreground()
        for pid in pids:
            try:
                status = Path(f"/proc/{pid}/status").read_text() if os.getpgid(pid) == group else ""
            except OSError:
                continue
            masks = [int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("SigBlk", "SigIgn", "SigCgt"))]
            if masks and not any(mask & _SIGINT_BIT for mask in masks):
                return True
        return False

    def waits(self, pids: Iterable[int], callers: Mapping[int, int] | None = None) -> bool:
        """Whether a program of the foreground job is blocked reading this terminal; ``pids``: the jail's, as seen here; ``callers``: of
        those that belong to no job, the pid that stands for them in one."""
        try:
            raw = not termios.tcgetattr(self.master)[3] & termios.ICANON
        except (OSError, termios.error):
            return False
        group = self.foreground()
        return any(self._reads(pid, (callers or {}).get(pid, pid), group, raw) for pid in pids)

    def _reads(self, pid: int, member: int, group: int, raw: bool) -> bool:
        try:
            if os.getpgid(member) != group:
                return False
            reading, polling = _calls()
            for thread in Path(f"/proc/{pid}/task").iterdir():
                words = (thread / "syscall").read_text().split()
                if not words or not words[0].isdigit():
                    continue
                if int(words[0]) == reading and self._is_ours(pid, int(words[1], 16)):
                    return True
                # A line editor polls before it reads, and has taken the terminal out of line mode.
                if raw and int(words[0]) in polling and self._is_ours(pid, 0):
                    return True
        except (OSError, ValueError, IndexError):
            return False
        return False

    def _is_ours(self, pid: int, fd: int) -> bool:
        try:
            return os.stat(f"/proc/{pid}/fd/{fd}").st_rdev == self.device  # noqa: PTH116
        except OSError:
            return False

    def close_slave(self) -> None:
        if self.slave >= 0:
            os.close(self.slave)
            self.slave = -1


@cache
def _calls() -> tuple[int, frozenset[int]]:
    """The numbers of read and of what waits for something to read."""
    calls = syscalls.of_machine()
    return calls.number("read"), frozenset(calls.known(_POLLING))


def _cell(number: int, default: int) -> int:
    return number if 0 < number < 10000 else default
