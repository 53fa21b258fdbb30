"""What a cloud process can no longer do to its neighbours, and what it still can."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from sandbox.jail import lockdown


def starts_a_program() -> None:
    subprocess.run(["true"], check=True)


def forks() -> None:
    if os.fork() == 0:
        os._exit(0)


ATTACKS: dict[str, Callable[[], object]] = {
    "signal a neighbour": lambda: os.kill(os.getppid(), 0),
    "signal all": lambda: os.kill(-os.getpgrp(), 0),
    "signal the group": lambda: os.kill(0, 0),
    "start a program": starts_a_program,
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "fork": forks,
    "lower a neighbour": lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), os.getpriority(os.PRIO_PROCESS, 0)),
    "bind a neighbour to a processor": lambda: os.sched_setaffinity(os.getppid(), os.sched_getaffinity(0)),
}


def in_a_child(action: Callable[[], object], *, locked: bool) -> str:
    child = os.fork()
    if child == 0:
        status = 2
        try:
            if locked:
                lockdown.lock_down()
            action()
            status = 0
        except PermissionError:
            status = 1
        finally:
            os._exit(status)
    return {0: "did it", 1: "refused"}.get(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "broken")


@pytest.mark.parametrize("attack", ATTACKS)
def test_neighbours_are_out_of_reach(attack):
    assert in_a_child(ATTACKS[attack], locked=False) == "did it"
    assert in_a_child(ATTACKS[attack], locked=True) == "refused"


def works() -> None:
    threads = [threading.Thread(target=lambda: None) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    os.sched_setaffinity(0, os.sched_getaffinity(0))
    import resource
    import socket

    resource.getrlimit(resource.RLIMIT_NOFILE)
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"


def test_its_own_work_goes_on():
    assert in_a_child(works, locked=True) == "did it"


def test_its_memory_cannot_be_read_by_a_neighbour():
    """Through /proc: what is not dumpable belongs to root there."""
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    read_end, write_end = os.pipe()
    go_read, go_write = os.pipe()
    child = os.fork()
    if child == 0:
        lockdown.lock_down()
        os.write(write_end, b"x")
        os.close(go_write)
        os.read(go_read, 1)
        os._exit(0)
    os.read(read_end, 1)
    look = subprocess.run([sys.executable, "-Sc", f"open('/proc/{child}/mem','rb')"], capture_output=True, text=True, check=False)
    for fd in (read_end, write_end, go_read, go_write):
        os.close(fd)
    os.waitpid(child, 0)
    assert "PermissionError" in look.stderr
