"""The process that watches what jails write, and takes away what they leave."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.jail import disk
from sandbox.jail.loop import Loop
from tests.processes import alive
from tests.sandbox.test_folders import dig

pytestmark = pytest.mark.slow


def test_bytes_and_entries(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/file").write_bytes(os.urandom(300_000))
    (tmp_path / "link").symlink_to("/usr")
    assert disk.exceeds([tmp_path], 200_000, 99)
    assert disk.exceeds([tmp_path], 10**9, 2)
    assert not disk.exceeds([tmp_path], 400_000, 3)


def test_a_hard_link_takes_no_place(tmp_path):
    (tmp_path / "file").write_bytes(os.urandom(300_000))
    for number in range(5):
        (tmp_path / str(number)).hardlink_to(tmp_path / "file")
    assert not disk.exceeds([tmp_path], 400_000, 99)


def test_a_sparse_file_takes_what_is_written(tmp_path):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(10**10)
    assert not disk.exceeds([tmp_path], 100_000, 99)


def test_deeper_than_a_path_can_say(tmp_path):
    dig(tmp_path, 2_500)
    assert disk.exceeds([tmp_path], 10**9, 10**9)
    assert not disk.exceeds([tmp_path], 10**9, 10**9, deepest=3_000)


class Watching:
    def __init__(self) -> None:
        self.loop = Loop()
        self.watcher = disk.Watcher(self.loop)
        self.watcher.start()

    def until(self, condition: Callable[[], object]) -> None:
        for _ in range(2_000):
            if condition():
                return
            self.loop.turn(0.01)
        raise AssertionError("it never came to be")


@pytest.fixture
def watching() -> Iterator[Watching]:
    if os.geteuid() == 0:
        pytest.skip("the supervisor is never root")
    one = Watching()
    yield one
    one.watcher.close()
    one.until(lambda: not one.watcher.pid)


def test_it_says_when_it_is_too_much_once(watching: Watching, tmp_path: Path) -> None:
    called: list[str] = []
    watching.watcher.watch([tmp_path], 100_000, 50, lambda: called.append("over"))
    (tmp_path / "file").write_bytes(os.urandom(300_000))
    watching.until(lambda: called)
    assert called == ["over"]


def test_what_is_closed_to_its_owner_is_looked_into(watching: Watching, tmp_path: Path) -> None:
    """The test itself, the same user, may not."""
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "file").write_bytes(os.urandom(300_000))
    closed.chmod(0o000)
    with pytest.raises(PermissionError):
        list(closed.iterdir())
    called: list[str] = []
    watching.watcher.watch([tmp_path], 100_000, 50, lambda: called.append("over"))
    watching.until(lambda: called)
    closed.chmod(0o700)


def test_a_walker_that_dies_is_replaced_and_knows_what_to_watch(watching: Watching, tmp_path: Path) -> None:
    called: list[str] = []
    watching.watcher.watch([tmp_path], 100_000, 50, lambda: called.append("over"))
    old = watching.watcher.pid
    os.kill(old, signal.SIGKILL)
    watching.until(lambda: watching.watcher.pid not in {0, old})
    (tmp_path / "file").write_bytes(os.urandom(300_000))
    watching.until(lambda: called)


def test_it_takes_away(watching: Watching, tmp_path: Path) -> None:
    (tmp_path / "left").mkdir()
    dig(tmp_path / "left", 300, "n" * 200)
    watching.watcher.remove(tmp_path / "left")
    watching.until(lambda: not (tmp_path / "left").exists())


def test_it_ends_with_the_supervisor(watching: Watching) -> None:
    pid = watching.watcher.pid
    watching.watcher.close()
    watching.until(lambda: not alive(pid))
