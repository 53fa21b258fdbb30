"""Plays the notes in real sandboxes: every block that a reader is offered, in order, in one fresh playground a note. No Redis, no site."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings

from course.reading import live
from course.reading.model import Note, Try
from labs import starts
from labs.lab import catalog
from labs.plain_text import plain
from sandbox import actions as sandboxes
from sandbox.checkout import checkout
from sandbox.errors import SandboxError
from sandbox.models import Sandbox

Progress = Callable[[str], None]


@dataclass
class Played:
    """How a block went, which begins in ``line`` of the English text; ``problem`` is empty when all is well."""

    slug: str
    line: int
    commands: int
    seconds: float = 0.0
    problem: str = ""
    output: str = ""


def play(note: Note, progress: Progress) -> Iterator[Played]:
    """One result a live block. A block that fails does not end it: what follows may not need it."""
    blocks = [block for block in note.in_language("en").blocks if live.is_live(block)]
    if not blocks:
        return
    start = starts.ensure(catalog.get(settings.COURSE_PLAYGROUND), progress=progress)
    box = sandboxes.create_sandbox(owner=None, start=start, label=f"play of the note {note.slug}")
    try:
        for block in blocks:
            began = time.monotonic()
            played = Played(note.slug, block.line, len(block.commands))
            try:
                _play(box, block, played, progress)
            except SandboxError as error:
                played.problem = f"{error.code}: {error.detail}"
            played.seconds = time.monotonic() - began
            yield played
    finally:
        sandboxes.delete(sandbox=box, by="notes play")


def _play(box: Sandbox, block: Try, played: Played, progress: Progress) -> None:
    for number, line in enumerate(block.commands, 1):
        wanted = block.exit if number == len(block.commands) else 0
        progress(line.splitlines()[0])
        printed: list[bytes] = []
        with checkout(box) as opened:
            result = opened.run(line, write=printed.append)
            opened.commit(command=line)
        output = plain(b"".join(printed))
        played.output += f"$ {line}\n{output}"
        if result.incomplete:
            played.problem = f"“{line}” is not a whole command"
        elif result.status != wanted:
            played.problem = f"“{line}” ended with {result.status}, not {wanted}:\n{output[-1500:]}"
        if played.problem:
            return
