"""Plays labs in real sandboxes, so that an author knows that every step can be done and none is done before it is.

For each step in turn: its check must not pass, its solve runs as a learner would run it, its check must pass. No Redis, no site.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from labs import grading, starts
from labs.lab.model import Lab, Step, words
from labs.looking import LastCommand, Look
from labs.plain_text import plain
from labs.wording import words as ours
from sandbox import actions as sandboxes
from sandbox.checkout import checkout
from sandbox.errors import SandboxError
from sandbox.models import Sandbox

Progress = Callable[[str], None]


@dataclass
class Played:
    """How a step went; ``problem`` is empty when all is well. ``before`` and ``after``: outcomes of its checks around the solve."""

    lab: str
    step: str
    before: str = "–"
    after: str = "–"
    seconds: float = 0.0
    problem: str = ""
    output: str = ""
    commands: list[str] = field(default_factory=list)


def play(lab: Lab, progress: Progress) -> Iterator[Played]:
    """One result for the lab's start (step “start”), then one a step; ends after the first step that cannot be gone past."""
    began = time.monotonic()
    try:
        start = starts.ensure(lab, progress=progress)
    except SandboxError as error:
        yield Played(lab.name, "start", problem=error.detail or error.code, seconds=time.monotonic() - began)
        return
    yield Played(lab.name, "start", seconds=time.monotonic() - began)
    box = sandboxes.create_sandbox(owner=None, start=start, label=f"play of {lab.name}", clock_rate=lab.clock)
    try:
        last: LastCommand | None = None
        for step in lab.steps:
            began = time.monotonic()
            played = Played(lab.name, step.id)
            try:
                last = _play_step(box, step, last, played, progress)
            except SandboxError as error:
                played.problem = f"{error.code}: {error.detail}"
            played.seconds = time.monotonic() - began
            yield played
            if played.problem:
                return
    finally:
        sandboxes.delete(sandbox=box, by="play")


def _play_step(box: Sandbox, step: Step, last: LastCommand | None, played: Played, progress: Progress) -> LastCommand | None:
    progress("check before")
    with checkout(box) as live:
        before = grading.judge(step, live, last)
    played.before = before.outcome
    if before.outcome != "not-yet":
        played.problem = _why(
            before, "its check passes before anything was done" if before.outcome == "pass" else "its check fails to look"
        )
        return last
    for line in step.solve:
        progress(line.splitlines()[0])
        last = _run(box, line, played)
    progress("check after")
    with checkout(box) as live:
        after = grading.judge(step, live, last)
    played.after = after.outcome
    if after.outcome != "pass":
        played.problem = _why(after, "its check does not pass after its solve" if after.outcome == "not-yet" else "its check fails to look")
    return last


def _run(box: Sandbox, line: str, played: Played) -> LastCommand:
    printed: list[bytes] = []
    with checkout(box) as live:
        before = live.head.pk
        result = live.run(line, write=printed.append)
        version = live.commit(command=line)
    output = plain(b"".join(printed))
    played.commands.append(line)
    played.output += f"$ {line}\n{output}"
    if result.status or result.incomplete:
        raise SandboxError("solve-failed", f"“{line}” ended with {result.status}:\n{output[-1500:]}")
    return LastCommand(line, result.status, output, version.changes if version.pk != before else {})


def _why(judgement: grading.Judgement, what: str) -> str:
    seen = "; ".join(filter(None, (_said(look) for look in judgement.looks)))
    return f"{what}{': ' + seen if seen else ''}"


def _said(look: Look) -> str:
    if look.kind == "pass":
        return ""
    if look.kind == "error" and (broke := look.broken):
        return f"the {broke.check} check in line {broke.line} broke: {broke.error} ({broke.where}): {broke.detail}"
    text = words(look.text, "en") if look.text else ours(look.code, **look.values)
    return f"{text} [{look.what}]" if look.what else text
