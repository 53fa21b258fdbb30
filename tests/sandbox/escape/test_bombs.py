"""Every bomb is stopped in a checkout, in words, and goes off where nothing stops it; afterwards the sandbox works as before."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bombs import BOMBS

from sandbox import folders
from tests.sandbox.conftest import Console

pytestmark = pytest.mark.slow
SOURCE = Path(__file__).with_name("bombs.py")
MB = 1024 * 1024
# Name: how much of it in a checkout, how it is stopped there (a reason of the supervisor's, or what the bomb says), how much outside,
# and which limits are lower than the usual ones so that it does not take long.
CASES = {
    "eight-processes": (400, "memory", 4, {}),
    "pages-of-a-shared-zero": (2000, "memory", 2, {}),
    "areas-of-address-space": (12, "memory", 1, {"memory": 150 * MB}),
    "entries-of-shared-memory": (200_000, "files", 10, {}),
    "unix-sockets": (200, "files", 2, {}),
    "connections-never-accepted": (30, "files", 1, {}),
    "sockets-in-flight": (120, "Too many references", 2, {}),
    "pipes": (200, "files", 2, {}),
    "inotify-instances": (60, "Too many open files", 40, {}),
    "deleted-files-held-open": (40, "disk", 1, {"disk": 100 * MB}),
    "deleted-files-mapped": (40, "disk", 1, {"disk": 100 * MB}),
    "files-in-a-closed-folder": (40, "disk", 1, {"disk": 100 * MB}),
    "a-deep-tree": (1_000, "disk", 20, {}),
    "small-files": (80, "disk", 1, {"entries": 2_000}),
    "zombies": (300, "Resource temporarily unavailable", 5, {}),
}


def test_every_bomb_is_tried() -> None:
    assert BOMBS.keys() == CASES.keys() | {"signals-to-the-first-process"}


@pytest.mark.parametrize("name", CASES)
def test_a_checkout_stops(open_checkout: Callable[..., Console], supervisor: object, name: str) -> None:
    much, stopped_by, _little, limits = CASES[name]
    console = open_checkout(supervisor, limits=limits)
    shutil.copy(SOURCE, console.folder / "home")
    ran = console.run(f"python3 ~/bombs.py {name} {much} stay", wall=60)
    assert stopped_by == ran.result.reason or stopped_by in ran.output, ran
    assert console.run("echo on").output == "on\n"
    folders.empty(console.folder / "home")


@pytest.mark.parametrize("name", CASES)
def test_outside_it_goes_off(name: str, tmp_path: Path) -> None:
    argv = [sys.executable, str(SOURCE), name, str(CASES[name][2])]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False, start_new_session=True)
    assert done.stdout == "went off\n", done.stderr
    folders.empty(tmp_path)


def test_the_first_process_of_a_jail_minds_no_signal(jail_checkout: Console) -> None:
    shutil.copy(SOURCE, jail_checkout.folder / "home")
    under = jail_checkout.begin("python3 ~/bombs.py signals-to-the-first-process 20 stay")
    under.seen("went off")
    jail_checkout.live.interrupt()
    assert under.ended().reason == "stopped"


def test_a_fork_bomb_can_be_stopped(jail_checkout: Console) -> None:
    under = jail_checkout.begin("bomb() { bomb | bomb & }; bomb 2>/dev/null; echo lit; wait; sleep 100")
    under.seen("lit")
    jail_checkout.live.interrupt()
    assert under.ended().reason == "stopped"
    assert jail_checkout.run("echo on").output == "on\n"


def rss(pid: int) -> int:
    """MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


FLOODS = {
    "yes": "yes",
    "random bytes": "cat /dev/urandom",
    "one endless line": "while :; do head -c 1000000 /dev/zero | tr '\\0' x; done",
    "escape sequences": r"while :; do printf '\033[31m\033]0;title\007\033[2J\033[%d;%dH' {1..2000}; done",
    "many at once": "for i in {1..20}; do yes $i & done; wait",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_held_back_and_can_be_stopped(supervisor: object, open_checkout: Callable[..., Console], flood: str) -> None:
    """The reader takes 8 MB and then nothing at all: so the program waits, the supervisor keeps a little, and ^C is heard."""
    console = open_checkout(supervisor)
    before, taken = rss(supervisor.pid), 0

    def slow(data: bytes) -> None:
        nonlocal taken
        taken += len(data)
        if taken > 8_000_000:
            console.live.interrupt()

    result = console.live.run(FLOODS[flood], slow)
    assert result.reason == "stopped"
    assert taken < 8_000_000 + 4_000_000
    assert rss(supervisor.pid) - before < 16
