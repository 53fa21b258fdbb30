"""The system calls that Python 3.11 does not wrap, and descriptors in bulk."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterable

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NAME, _PR_SET_SECCOMP, _PR_CAPBSET_DROP = 1, 4, 15, 22, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_FILTER_MODE = 2
_INSTRUCTION_BYTES = 8
_CAP_VERSION_3 = 0x20080522
_HIGHEST = 1 << 20  # more than one process may open; closerange is one system call

_libc = ctypes.CDLL(None, use_errno=True)


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def _prctl(option: int, value: object = 0, pointer: object = None) -> None:
    # Each argument is a whole register to the kernel, which looks at the unused ones too.
    argument = ctypes.c_ulong(value) if isinstance(value, int) else value
    zero = ctypes.c_ulong(0)
    _check(_libc.prctl(option, argument, pointer or zero, zero, zero), "prctl")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Raises OSError. Only from a process with one thread."""
    _check(_libc.unshare(flags), "unshare")


def setns(fd: int, kind: int) -> None:
    """Enter the namespace behind ``fd``. Raises OSError."""
    _check(_libc.setns(fd, kind), "setns")


def die_with(parent: int) -> None:
    """SIGKILL when the parent's spawning thread ends; at once when ``parent`` is gone already."""
    _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(0)


def adopt_orphans() -> None:
    """Descendants whose parent dies become children of this process, so that it can wait for a jail's pid 1."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def hide() -> None:
    """From all but those who own the namespace that this process was born in: its /proc is closed, its memory nobody else's."""
    _prctl(_PR_SET_DUMPABLE, 0)


def rename(name: bytes) -> None:
    """What ``ps`` calls this process: 15 bytes."""
    _prctl(_PR_SET_NAME, ctypes.c_char_p(name))


def filter_calls(program: bytes) -> None:
    """Put a seccomp filter on this thread for good. Raises OSError."""
    _prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(_Filter(len(program) // _INSTRUCTION_BYTES, program)))


def forbid_capabilities() -> None:
    """No program that is run from here gets one."""
    for capability in range(64):
        try:
            _prctl(_PR_CAPBSET_DROP, capability)
        except OSError:
            break  # the kernel's last one was before


def gain_nothing() -> None:
    """No program that is run from here has more rights than this process."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Give up every capability for good."""
    gain_nothing()
    header = (ctypes.c_uint32 * 2)(_CAP_VERSION_3, 0)
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def close_except(keep: Iterable[int]) -> None:
    """Close every descriptor but these."""
    low = 0
    for fd in sorted(set(keep)):
        if fd > low:
            os.closerange(low, fd)
        low = fd + 1
    os.closerange(low, _HIGHEST)


def default_signals() -> None:
    """What is ignored here, by Python or by whoever started us, would be ignored by what is run from here, too: a pipe's writer would
    never end, and a QUIT never arrive."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
