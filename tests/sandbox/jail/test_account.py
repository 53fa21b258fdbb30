"""A cloud process is started on first touch, asked, frozen; and its death is never hidden. A fake one speaks here."""

import hashlib
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.jail import account, bodies
from sandbox.jail.bwrap import Launch
from sandbox.jail.loop import Loop
from sandbox.jail.zygotes import Zygote

FAKE = Path(__file__).with_name("fake_zygote.py")


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Bench:
    """A loop with a zygote, and what an account said."""

    def __init__(self, folder: Path) -> None:
        self.loop = Loop()
        self.folder = folder
        self.program = [sys.executable, str(FAKE)]
        self.zygote = Zygote(self.loop, self.make, b"pem")
        self.replies: list[dict[str, Any]] = []
        self.faults: list[tuple[str, str]] = []
        self.accounts: list[account.Account] = []
        self.gone = 0

    def make(self, fd: int) -> Launch:
        return Launch([*self.program, str(fd)], (fd,), [])

    def open(self, root: Path | None = None) -> tuple[account.Account, socket.socket]:
        listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        address = listeners[0].getsockname()
        made = account.Account(
            self.loop, self.zygote, listeners=listeners, identity={"account": "1"}, folder=self.folder, root=root,
            reply=self.replies.append, fault=lambda code, detail: self.faults.append((code, detail)),
        )  # fmt: skip
        self.accounts.append(made)
        client = socket.socket()
        self.address = address
        return made, client

    def until(self, condition: Callable[[], object], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, (self.replies, self.faults)
            self.loop.turn(0.05)

    def ask(self, one: account.Account, kind: str = "call", **fields: Any) -> dict[str, Any]:
        number = len(self.replies) + 1
        one.ask({"kind": kind, "id": number, **fields})
        self.until(lambda: len(self.replies) >= number or self.faults)
        return self.replies[-1] if self.replies else {}

    def add(self, one: account.Account, number: int) -> Any:
        return self.ask(one, operation="add", params={"number": number})["value"]

    def close(self) -> None:
        for one in self.accounts:
            one.close(self._gone)
        self.until(lambda: self.gone == len(self.accounts))
        self.zygote.close()
        self.until(lambda: not self.zygote.pid)
        for one in self.accounts:
            for listener in one._listeners:
                listener.close()

    def _gone(self) -> None:
        self.gone += 1


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def test_nothing_starts_before_it_is_touched(bench):
    one, client = bench.open()
    client.close()
    nothing = account._UNTOUCHED
    assert bench.ask(one, "freeze") == {"kind": "frozen", "id": 1, **nothing}
    assert bench.zygote.pid == 0


def test_a_connection_starts_it(bench):
    _one, client = bench.open()
    with client:
        client.connect(bench.address)
        bench.until(lambda: bench.accounts[0]._ready)


def test_calls_are_answered_in_order_and_errors_are_answers(bench):
    one, client = bench.open()
    client.close()
    assert [bench.add(one, 2), bench.add(one, 3)] == [2, 5]
    assert bench.ask(one, operation="fail") == {
        "kind": "cloud-error", "id": 3, "code": "NoSuchBucket", "message": "The specified bucket does not exist",
    }  # fmt: skip


def test_a_freeze_leaves_files_from_which_another_starts(bench):
    one, client = bench.open()
    client.close()
    bench.add(one, 7)
    frozen = bench.ask(one, "freeze")
    assert (frozen["dirty"], frozen["bodies"], frozen["inventory"]) == (True, [sha(b"body 7")], {"number": 7})
    assert (bench.folder / sha(b"body 7")).read_bytes() == b"body 7"
    unchanged = bench.ask(one, "freeze")
    assert (unchanged["dirty"], unchanged["root"], unchanged["bodies"]) == (False, None, frozen["bodies"])
    other, client = bench.open(bench.folder / frozen["root"])
    client.close()
    assert bench.add(other, 1) == 8
    assert bench.faults == []


def test_a_missing_body_and_a_missing_root_are_faults(bench):
    (bench.folder / "root").write_text('{"number": 1, "bodies": ["%s"]}' % ("0" * 64))
    one, client = bench.open(bench.folder / "root")
    client.close()
    bench.ask(one, operation="add", params={"number": 1})
    assert bench.faults[0][0] == "cloud-start"
    bench.faults.clear()
    two, client = bench.open(bench.folder / "nope")
    client.close()
    bench.ask(two, operation="add", params={"number": 1})
    assert bench.faults[0] == ("cloud-state", "the account's state nope is missing")


@pytest.mark.parametrize("end", ["die", "lie"])
def test_its_death_and_its_lies_are_faults(bench, end):
    one, client = bench.open()
    client.close()
    bench.add(one, 1)
    one.ask({"kind": "call", "id": 99, "operation": end})
    bench.until(lambda: bench.faults)
    assert bench.faults[0][0] == "cloud-died"
    assert not (bench.folder / ("0" * 64)).exists()


def test_one_that_hangs_is_given_up_and_killed(bench, monkeypatch):
    monkeypatch.setattr(account, "ANSWER_SECONDS", 0.3)
    one, client = bench.open()
    client.close()
    bench.add(one, 1)
    one.ask({"kind": "call", "id": 99, "operation": "hang"})
    bench.until(lambda: bench.faults)
    assert "in time" in bench.faults[0][1]


def test_a_dead_zygote_ends_its_accounts_and_the_next_starts_again(bench):
    one, client = bench.open()
    client.close()
    bench.add(one, 1)
    first = bench.zygote.pid
    os.kill(first, 9)
    bench.until(lambda: bench.zygote.pid not in {0, first} and bench.zygote.ready)
    other, client = bench.open()
    client.close()
    bench.replies.clear()
    bench.faults.clear()
    assert bench.add(other, 4) == 4


def test_a_zygote_that_cannot_start_is_a_fault(bench):
    bench.program = ["/bin/false"]
    one, client = bench.open()
    client.close()
    one.ask({"kind": "call", "id": 1, "operation": "add"})
    bench.until(lambda: bench.faults)
    assert bench.faults[0][0] == "cloud-died"


@pytest.mark.parametrize("name", ["../secret", "", "a" * 63, "A" * 64, None, 7, "0" * 64 + "\n", "link" + "0" * 60])
def test_only_bodies_are_given_out(name, tmp_path):
    (tmp_path / "secret").write_text("no")
    folder = tmp_path / "cloud"
    folder.mkdir()
    assert bodies.open_body(folder, name) is None


def test_neither_links_nor_folders_nor_pipes_are_bodies(tmp_path):
    (tmp_path / ("1" * 64)).symlink_to("/etc/passwd")
    (tmp_path / ("2" * 64)).mkdir()
    os.mkfifo(tmp_path / ("3" * 64))
    assert [bodies.open_body(tmp_path, digit * 64) for digit in "123"] == [None, None, None]


def test_a_body_is_written_whole_under_its_own_name(tmp_path):
    assert bodies.write_body(tmp_path, b"x") == bodies.write_body(tmp_path, b"x", sha(b"x")) == sha(b"x")
    assert bodies.write_body(tmp_path, b"x", sha(b"y")) is None
    assert [path.name for path in tmp_path.iterdir()] == [sha(b"x")]
    assert (tmp_path / sha(b"x")).stat().st_mode & 0o777 == 0o600
