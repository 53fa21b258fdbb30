"""Two tiny scripts, four people, and sandboxes that are only pretended: ``touch NAME`` and ``x=VALUE`` are all that they know."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import contextmanager

import pytest

from course.demo import making, people, scripts
from course.demo.models import Demo
from course.models import Role, User
from course.people.models import Cohort
from labs import starts
from sandbox.models import Sandbox, Version
from sandbox.store import blobs
from tests.labs.conftest import FakeLive
from tests.labs.conftest import lab as lab
from tests.labs.conftest import live_redis as live_redis
from tests.labs.conftest import valkey as valkey
from tests.labs.conftest import woken as woken
from tests.people import cohort_of

FIRST = """
# Gets it done.
@ lab first
~ 30
$ toch a.txt
@ mark typo
~ 10
$ touch b.txt
@ undo
@ mark undone
~ 1d
$ touch a.txt
@ mark made
@ hint
$ x=1
"""
SECOND = """
@ lab first
$ ls
@ hint
@ hint
@ hint
@ mark lost
$ ls
"""
PEOPLE = """
- {role: ann, name: Ann, script: one, language: en, ago: 60}
- {role: bora, name: 보라, script: one, until: made, ago: 5, here: true}
- {role: dana, name: Dana, script: two, language: en, ago: 30}
- {role: carl, name: Carl, script: two, language: en, until: lost, ago: 2, asks: "What now?"}
"""


class Pretended(FakeLive):
    """A sandbox whose files and variables are in its version."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.head = Sandbox.objects.select_related("head").get(pk=sandbox.pk).head
        value = self.head.changes.get("value", {"files": [], "variables": {}})
        self.files = dict.fromkeys(value["files"], b"")
        self.variables = dict(value["variables"])
        self.on_run = type(self).type_

    def type_(self, line: str, write) -> int:
        if found := re.fullmatch(r"touch (\S+)", line):
            self.files[f"~/environment/{found[1]}"] = b""
        elif found := re.fullmatch(r"(\w+)=(\w+)", line):
            self.variables[found[1]] = found[2]
        elif line != "ls":
            write(b"bash: command not found\r\n")
            return 127
        return 0

    def commit(self, *, command: str = "", title: str = "") -> Version:
        value = {"files": sorted(self.files), "variables": self.variables}
        if value == self.head.changes.get("value", {"files": [], "variables": {}}):
            return self.head
        self.head = Version.objects.create(
            parent=self.head, sandbox=self.sandbox, number=self.head.number + 1, command=command, account="1" * 12,
            manifest=blobs.put(repr(value).encode()), changes={"value": value, "files": [{"path": "a", "change": "added"}]},
        )  # fmt: skip
        Sandbox.objects.filter(pk=self.sandbox.pk).update(head=self.head, tip=None)
        return self.head


@pytest.fixture
def tiny(tmp_path, monkeypatch, lab, live_redis, woken, db) -> Callable[[], None]:
    """The scripts, the people and the pretended sandboxes."""
    for name, text in {"one": FIRST, "two": SECOND}.items():
        (tmp_path / f"{name}.txt").write_text(text)
    (tmp_path / "people.yaml").write_text(PEOPLE)
    monkeypatch.setattr(scripts, "FOLDER", tmp_path)
    monkeypatch.setattr(people, "FILE", tmp_path / "people.yaml")
    monkeypatch.setattr(making, "DUE", {"first": making.DUE["heartbeat-pipeline"]})

    @contextmanager
    def checkout(sandbox):
        yield Pretended(sandbox)

    monkeypatch.setattr("labs.judging.checkout", checkout)
    monkeypatch.setattr("labs.joining.checkout", checkout)
    start = starts.row(lab)
    start.version = Version.objects.create(account="1" * 12, pinned=True)
    start.save()
    scripts.load.cache_clear()
    people.everybody.cache_clear()
    yield
    scripts.load.cache_clear()
    people.everybody.cache_clear()


@pytest.fixture
def teacher(db) -> User:
    return User.objects.create_user("instructor", role=Role.INSTRUCTOR)


@pytest.fixture
def real(db) -> User:
    """Somebody who is not made up."""
    return User.objects.create_user("real")


@pytest.fixture
def cohort(teacher, real) -> Cohort:
    return cohort_of(teacher, real, name="Demo")


@pytest.fixture
def demo(tiny, cohort) -> Demo:
    """To be made, and begun."""
    made = making.plan(cohort)
    making.begin()
    made.refresh_from_db()
    return made


def play(most: int = 200) -> list[float]:
    """Turn after turn, to the end; the waits that were asked for."""
    waits = []
    while (left := making.turn()) is not None:
        waits.append(left)
        assert len(waits) < most, "it comes to no end"
    return waits
