"""A network made ahead: who comes next gets it, and whoever comes when it is gone gets one all the same."""

import os
import signal
from pathlib import Path

from tests.processes import alive, until


def ahead(supervisor) -> int:
    return supervisor.status()["pids"][0]


def made(supervisor, other: int = 0) -> int:
    """The pid of the helper that waits, once there is one that is not ``other``."""
    until(lambda: "jail.supervisor" in name(ahead(supervisor)) and ahead(supervisor) != other)
    return ahead(supervisor)


def name(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_the_one_that_waits_is_taken_and_another_made(supervisor, open_checkout):
    waiting = made(supervisor)
    first = open_checkout(supervisor)
    assert supervisor.status()["pids"][-1] == waiting
    assert first.run("hostname -i; curl -s -o /dev/null -w '%{http_code}' http://169.254.169.254/latest/").output.endswith("401")
    assert made(supervisor, waiting) != waiting


def test_two_at_once_have_networks_of_their_own(supervisor, open_checkout):
    first, second = open_checkout(supervisor), open_checkout(supervisor)
    assert first.run("readlink /proc/self/ns/net").output != second.run("readlink /proc/self/ns/net").output


def test_one_that_was_killed_while_it_waited_is_missed_by_nobody(supervisor, open_checkout):
    waiting = made(supervisor)
    os.kill(waiting, signal.SIGKILL)
    assert open_checkout(supervisor).run("echo here").output == "here\n"
    until(lambda: not alive(waiting))
