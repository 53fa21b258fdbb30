"""Fork, enter, exec: how the supervisor starts bwrap. From a process with one thread only."""

from __future__ import annotations

import fcntl
import os
import termios
from collections.abc import Callable
from typing import NoReturn

from sandbox.jail import bwrap, kernel


def spawn(launch: bwrap.Launch, outputs: int, *, terminal: bool = False, enter: Callable[[], None] | None = None) -> int:
    """Start ``launch`` and return its pid. ``outputs``: the pty's slave, which becomes the controlling terminal, or else where
    both outputs go. ``enter`` is called before, in the child, to enter namespaces. Dies with the supervisor."""
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become(launch, outputs, terminal, enter, parent)
    return pid


def _become(launch: bwrap.Launch, outputs: int, terminal: bool, enter: Callable[[], None] | None, parent: int) -> NoReturn:
    try:
        kernel.default_signals()
        os.setsid()
        if terminal:
            fcntl.ioctl(outputs, termios.TIOCSCTTY, 0)
        source = outputs if terminal else os.open("/dev/null", os.O_RDONLY)
        for number, fd in enumerate((source, outputs, outputs)):
            os.dup2(fd, number)
        bwrap.before_exec()
        if enter is not None:
            enter()
        # After setns: the kernel forgets the death signal of a process that gains capabilities.
        kernel.die_with(parent)
        kernel.close_except([0, 1, 2, *launch.pass_fds])
        for fd in launch.pass_fds:
            os.set_inheritable(fd, True)
        os.umask(0o022)
        os.chdir("/")
        os.execve(launch.argv[0], launch.argv, launch.env)  # noqa: S606
    except BaseException as error:  # nothing may return into the supervisor's code
        os.write(2, f"The sandbox could not be entered: {error}\r\n".encode())
    finally:
        os._exit(126)
