"""A value whose account another edition of the simulation froze, made anew from the commands that made it.

Files and shell are bound to no edition, but what they hold of the account (a key's id in a variable, an address in a file) is: so all of
it comes from the replay. What was typed into programs is not kept, so a command that waits for typing cannot be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from sandbox import actions, files, waking
from sandbox.checkout import Live, checkout
from sandbox.errors import LearnerError, OverQuota
from sandbox.models import Sandbox, Version
from sandbox.store import blobs
from sandbox.store.working import Snapshot

_SHORTEST_WALL, _SLOWER = 30, 5  # seconds; so many times as long as it took may a command take


class Differs(Exception):
    """It can't be made again. ``line``: the command that ended differently, empty where it is not a command's fault."""

    def __init__(self, line: str, why: str) -> None:
        super().__init__(f"{why}: {line}" if line else why)
        self.line = line


@dataclass(frozen=True, slots=True)
class Recorded:
    """A version, and how the command that made it had ended: ``status`` None where that is not known, ``whole`` False where it was
    stopped, or killed at a limit."""

    version: Version
    status: int | None = None
    whole: bool = True
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Replayed:
    """``head``: the value made anew; ``made``: for each version of old the one that stands for it now."""

    head: Version
    made: dict[int, Version]


def chain(head: Version, bases: Collection[int]) -> tuple[Version, list[Version]]:
    """The nearest version of ``bases`` that ``head`` came of, and those after it, oldest first. Raises Differs where one is gone."""
    after: list[Version] = []
    while head.pk not in bases:
        if head.parent is None or head.number != head.parent.number + 1:
            raise Differs("", f"version {head.pk} came of one that is gone")
        after.append(head)
        head = head.parent
    return head, after[::-1]


def replay(sandbox: Sandbox, base: Version, recorded: list[Recorded], *, progress: Callable[[], None]) -> Replayed:
    """Run the commands from ``base`` on, in a sandbox thrown away afterwards that is ``sandbox`` to them. Time goes by as it did.

    The versions made become ``sandbox``'s own; its head is left alone. Raises Differs, Fault.
    """
    box = actions.create_sandbox(owner=None, start=base, label="replay", clock_rate=sandbox.clock_rate)
    try:
        made: dict[int, Version] = {}
        for one in recorded:
            progress()
            _replay_one(box, sandbox, one)
            box.refresh_from_db()
            made[one.version.pk] = box.head
        Version.objects.filter(sandbox=box).update(sandbox=sandbox)
        return Replayed(box.head, made)
    finally:
        actions.delete(sandbox=box, by="replay")


def _replay_one(box: Sandbox, sandbox: Sandbox, one: Recorded) -> None:
    version, before = one.version, one.version.parent
    assert before is not None  # noqa: S101 - chain() made sure
    files = ("manifest", "shell", "second_shell")
    same_files = all(getattr(version, name) == getattr(before, name) for name in files)
    if same_files and version.cloud == before.cloud:
        return  # a copy: where a reset led to
    touched = version.changes.get("touched", [])
    if not version.command and not touched and (version.title or not same_files):
        raise Differs(version.title, f"version {version.pk} holds what no command made")
    if not one.whole:
        raise Differs(version.command, "it was stopped")
    _let_pass(box, version.clock - before.clock - one.seconds * sandbox.clock_rate)
    with checkout(box, acting=sandbox) as live:
        if not version.made_by:
            waking.advance(live)
            return
        if version.command:
            _run(live, one)
        _change(live, version, touched)
        _keep(live, version)


def _let_pass(box: Sandbox, seconds: float) -> None:
    """``seconds`` of the account's clock since the head was put there."""
    since = timezone.now() - timedelta(seconds=max(0.0, seconds) / box.clock_rate)
    Sandbox.objects.filter(pk=box.pk).update(head_since=since)


def _run(live: Live, one: Recorded) -> None:
    line = one.version.command
    waits: list[bool] = []

    def give_up() -> None:
        waits.append(True)
        live.kill()

    wall = max(_SHORTEST_WALL, round(one.seconds * _SLOWER))
    result = live.run(line, write=lambda _: None, waiting=give_up, wall=wall)
    if waits:
        raise Differs(line, "it waits for typing")
    if result.reason != "exit" or result.incomplete or one.status not in {result.status, None}:
        raise Differs(line, f"it ended with {result.status} ({result.reason}) instead of {one.status}")


def _change(live: Live, version: Version, touched: list[str]) -> None:
    """What was changed in the files panel needs no doing again: it is made what it was then, and a command that ran meanwhile has run."""
    home = Snapshot.load(version.manifest).parts["home"]
    try:
        for path in map(files.unquoted, touched):
            files.restore(live.folder / "home", path, home, blobs.get)
            live.touched([path])
    except (LearnerError, OSError) as error:
        raise Differs(version.made_by, f"its files can't be made again: {error}") from error


def _keep(live: Live, version: Version) -> None:
    try:
        live.commit(command=version.command, title=version.title)
    except OverQuota as error:
        raise Differs(version.made_by, f"it is over quota now: {error.code}") from error
