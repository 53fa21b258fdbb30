"""Commands written down as a learner would see them, and played into a sandbox.

``$ line`` is a command, ``> line`` continues it, ``< line`` is typed when the program has fallen quiet; every other line is prose.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.checkout import Live, checkout
from sandbox.errors import LearnerError
from sandbox.models import Sandbox

# A program that has said nothing for this long is taken to wait for an answer (the terminal keeps what is typed too early).
QUIET_SECONDS = 0.5


@dataclass
class Step:
    """One command and the lines typed into it."""

    line: str
    answers: list[str] = field(default_factory=list)


def parse(text: str) -> list[Step]:
    """The commands of a transcript, in order. Raises ValueError naming the line of a ``>`` or ``<`` with no command before it."""
    steps: list[Step] = []
    for number, raw in enumerate(text.splitlines(), 1):
        mark, rest = raw[:1], raw[1:].removeprefix(" ")
        if mark == "$":
            steps.append(Step(rest))
        elif mark in {">", "<"}:
            if not steps:
                raise ValueError(f"line {number}: {mark} has no command before it")
            if mark == ">":
                steps[-1].line += "\n" + rest
            else:
                steps[-1].answers.append(rest)
    return steps


class Typist(threading.Thread):
    """Types the answers of one command, each when the program has fallen quiet."""

    def __init__(self, live: Live, answers: list[str]) -> None:
        super().__init__(name="typist", daemon=True)
        self._live, self._answers = live, list(answers)
        self._change = threading.Condition()
        self._ended = False

    def noticed(self) -> None:
        with self._change:
            self._change.notify()

    def end(self) -> None:
        with self._change:
            self._ended = True
            self._change.notify()
        self.join()

    def run(self) -> None:
        while self._answers:
            with self._change:
                heard = self._change.wait(QUIET_SECONDS)
                if self._ended:
                    return
                if heard:
                    continue
            self._live.send(self._answers.pop(0).encode() + b"\n")


@dataclass
class Played:
    """What one command did; ``output`` as the terminal showed it."""

    command: str
    cwd: str
    exit: int
    reason: str
    output: str
    first_output_ms: int | None
    duration_ms: int
    version: int
    changes: dict[str, Any]
    refused: LearnerError | None = None

    def as_json(self) -> dict[str, Any]:
        row = {key: value for key, value in vars(self).items() if key not in {"cwd", "reason", "refused"}}
        refused = self.refused.code if self.refused else ""
        return {**row, **{key: value for key, value in (("reason", self.reason), ("refused", refused)) if value not in {"", "exit"}}}


def play(sandbox: Sandbox, steps: list[Step], show: Callable[[Step, str], Callable[[bytes], None]]) -> Iterator[Played]:
    """Run each command in a transaction of its own. ``show(step, cwd)`` is called before each and returns what receives its output."""
    for step in steps:
        with checkout(sandbox) as live:
            yield _play_one(live, step, show(step, live.cwd))


def _play_one(live: Live, step: Step, write: Callable[[bytes], None]) -> Played:
    chunks: list[bytes] = []
    typist = Typist(live, step.answers)
    cwd, before = live.cwd, live.head

    def receive(data: bytes) -> None:
        chunks.append(data)
        typist.noticed()
        write(data)

    try:
        result = live.run(step.line, write=receive, started=typist.start)
    finally:
        if typist.ident is not None:
            typist.end()
    refused = LearnerError("incomplete") if result.incomplete else None
    try:
        head = live.commit(command=step.line)
    except LearnerError as error:
        refused, head = error, before
    changes = head.changes if head.pk != before.pk else {}
    output = b"".join(chunks).decode(errors="replace")
    return Played(
        step.line, cwd, result.status, result.reason, output, result.first_output_ms, result.duration_ms, head.number, changes, refused
    )
