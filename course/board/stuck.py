"""Whether somebody is stuck, and why: pure functions over what is known of an attempt's current step.

Each reason has a threshold (``labs.lab.model.Patience``); ``level`` counts how often it is met, so that worse can be told from the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from labs import failing
from labs.lab.model import Patience

SAME_ERROR, CHECK, UNCHANGED, HINTS, SILENCE = "same-error", "check", "unchanged", "hints", "silence"
REASONS = (SAME_ERROR, CHECK, HINTS, UNCHANGED, SILENCE)
"""The one that says most first: it is what the board shows."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A command that has ended. ``mistake``: the entry of the table of mistakes that it met."""

    line: str
    status: int
    changed: bool
    at: datetime
    mistake: str = ""

    @property
    def failed(self) -> bool:
        return failing.failed(self.program[0], self.status)

    @property
    def program(self) -> tuple[str, ...]:
        """What was called: ``aws s3 mb``, ``git push``, ``ls``."""
        words = [word for word in self.line.split() if "=" not in word and word != "sudo"] or [self.line]
        wanted = {"aws": 3, "git": 2, "docker": 2, "sam": 2}.get(words[0], 1)
        return tuple([word for word in words if not word.startswith("-")][:wanted] or words[:1])

    @property
    def error(self) -> tuple[Any, ...]:
        """The same where it is the same error, however it was typed."""
        return ("mistake", self.mistake) if self.mistake else (*self.program, self.status)


@dataclass(frozen=True, slots=True)
class Facts:
    """Of the current step. ``commands``: since it began, oldest first; ``last``: when the learner last did anything; ``here``: a page of
    the lab is open; ``hints``: how many there are."""

    now: datetime
    began: datetime
    last: datetime
    commands: tuple[Typed, ...] = ()
    tries: int = 0
    hints: int = 0
    hints_shown: int = 0
    solution: bool = False
    here: bool = False
    running: bool = False


@dataclass(frozen=True, slots=True)
class Stuck:
    reason: str
    since: datetime
    level: int = 1
    values: dict[str, Any] = field(default_factory=dict)


def judge(facts: Facts, patience: Patience) -> list[Stuck]:
    """Every reason there is, in the order of ``REASONS``."""
    found = {one.reason: one for one in _judge(facts, patience)}
    return [found[reason] for reason in REASONS if reason in found]


def _judge(facts: Facts, patience: Patience) -> Iterator[Stuck]:
    yield from _same_error(facts.commands, patience.errors)
    yield from _unchanged(facts.commands, patience.unchanged)
    if facts.tries >= patience.tries:
        yield Stuck(CHECK, facts.began, facts.tries // patience.tries, {"tries": facts.tries})
    if facts.solution or (facts.hints_shown and facts.hints - facts.hints_shown <= patience.hints_left):
        yield Stuck(HINTS, facts.last, 2 if facts.solution else 1, {"hints": facts.hints_shown, "solution": facts.solution})
    idle = timedelta(minutes=patience.idle_minutes)
    if facts.here and not facts.running and facts.now - facts.last >= idle:
        yield Stuck(SILENCE, facts.last, (facts.now - facts.last) // idle)


def _same_error(commands: tuple[Typed, ...], often: int) -> Iterator[Stuck]:
    """The newest error, as often as it came since that program last succeeded. Who has done as many other things since has gone on."""
    at = next((at for at in range(len(commands) - 1, -1, -1) if commands[at].failed), None)
    if at is None or len(commands) - 1 - at >= often:
        return
    newest = commands[at]
    if any(one.program == newest.program and one.status == 0 for one in commands[at + 1 :]):
        return
    same: list[Typed] = []
    for one in reversed(commands[: at + 1]):
        if one.program == newest.program and one.status == 0:
            break
        if one.failed and one.error == newest.error:
            same.append(one)
    if len(same) >= often:
        values = {"count": len(same), "line": newest.line[:200], "mistake": newest.mistake}
        yield Stuck(SAME_ERROR, same[-1].at, len(same) // often, values)


def _unchanged(commands: tuple[Typed, ...], many: int) -> Iterator[Stuck]:
    """Commands after the last one that changed a file or the account."""
    last = max((at for at, one in enumerate(commands) if one.changed), default=-1)
    idle = commands[last + 1 :]
    if len(idle) >= many:
        yield Stuck(UNCHANGED, idle[0].at, len(idle) // many, {"count": len(idle)})
