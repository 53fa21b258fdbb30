"""A jail whose bwrap is killed at the worst moment is found: by the supervisor that lives, or by the next one."""

import os
import subprocess
import sys

from sandbox.jail import orphans
from tests.processes import alive, until
from tests.sandbox.conftest import ROOT


def orphan(held: int) -> int:
    """A pid 1 with a jail's command line, and nobody above it who would know it. It waits for ``held``'s end."""
    code = (
        "import os, ctypes\nctypes.CDLL(None).unshare(0x10000000 | 0x20000000)\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "  os.dup2(os.open('/dev/null', os.O_WRONLY), 1)\n"
        "  os.execv('/bin/sh', ['sh', '-c', 'read x', '/usr/bin/prlimit', '--nproc=1'])\n"
        "print(pid, flush=True)\nos._exit(0)"
    )
    return int(subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stdin=held, text=True, check=True).stdout)


def test_what_a_killed_supervisor_left_is_found_by_the_next():
    held, end = os.pipe()
    try:
        pid = orphan(held)
        # Another worker's supervisor may have been faster.
        until(lambda: pid in orphans.sweep() or not alive(pid))
        until(lambda: not alive(pid))
    finally:
        os.close(held)
        os.close(end)


def test_jails_that_somebody_keeps_are_left_alone(jail_checkout):
    command = jail_checkout.begin("echo begun; sleep 1000")
    command.seen("begun")
    assert orphans.sweep() == []
    jail_checkout.live.kill()
    command.ended()


def test_a_living_supervisor_kills_strangers_among_its_children_alone():
    code = (
        "import subprocess\nfrom sandbox.jail.loop import Loop\nloop, ended = Loop(), []\n"
        "kept, stranger = (subprocess.Popen(['sleep', '1000']) for _ in range(2))\n"
        "loop.child(kept.pid, ended.append)\n"
        "children = lambda: open('/proc/thread-self/children').read().split()\n"
        "while str(stranger.pid) in children(): loop.bury_strangers()\n"
        "assert str(kept.pid) in children()\nkept.kill()\n"
        "while not ended: loop.turn(0.1)\nprint(ended, loop.bury_strangers())\n"
        "kept.returncode = stranger.returncode = 0"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[-9] False\n"


def test_killing_a_command_at_any_moment_of_its_start_leaves_nothing(supervisor, jail_checkout):
    for _ in range(25):
        command = jail_checkout.begin("sleep 1000")
        until(lambda command=command: jail_checkout.live.first._running is not None or command.result)
        jail_checkout.live.kill()
        while command.result is None and command.error is None:
            jail_checkout.live.kill()
            command._thread.join(0.002)
        assert command.ended().reason == "killed"
    assert jail_checkout.run("echo on").output == "on\n"
