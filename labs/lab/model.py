"""A lab, read: frozen, and the same for everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LANGUAGES = ("ko", "en")
Words = dict[str, str]
"""A text in each language: ``{"ko": …, "en": …}``."""


@dataclass(frozen=True, slots=True)
class Html:
    """Sanitised HTML, safe to put into a page as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class CommandBlock:
    """Commands that the page offers to run and copy, in order."""

    commands: tuple[str, ...]


Segment = Html | CommandBlock


@dataclass(frozen=True, slots=True)
class Section:
    """A step's prose in one language."""

    title: str
    segments: tuple[Segment, ...]
    line: int

    @property
    def commands(self) -> tuple[str, ...]:
        return tuple(line for segment in self.segments if isinstance(segment, CommandBlock) for line in segment.commands)


@dataclass(frozen=True, slots=True)
class Prose:
    """One language's file: the introduction before the first section, a section a step, and the words for the end."""

    intro: tuple[Segment, ...]
    sections: dict[str, Section]
    end: Section | None


@dataclass(frozen=True, slots=True)
class Check:
    """One look at the value. ``kind`` is a key of ``labs.lab.specs.KINDS``, ``spec`` what it takes.

    ``seen`` are the author's words for not yet, ``wanted`` for what it wants, ours where empty; ``line`` is where it stands in lab.yaml.
    """

    kind: str
    spec: dict[str, Any]
    seen: Words
    any_of: tuple[Check, ...] = ()
    line: int = 0
    wanted: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    points: int
    do: tuple[str, ...]
    checks: tuple[Check, ...]
    hints: tuple[dict[str, str], ...]
    solve: tuple[str, ...]
    solution_cost: int


@dataclass(frozen=True, slots=True)
class Call:
    """One API call that seeds an account. ``zip_of``: a folder of the lab that becomes the call's Body."""

    account: str | None
    service: str
    operation: str
    params: dict[str, Any]
    zip_of: Path | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """From when on somebody in this lab counts as stuck (the site judges: labs only carry it).

    So many times the same error; so many commands that change nothing; so many looks of the step's check in vain; so few hints left once
    one was asked for; so many minutes of silence.
    """

    errors: int = 3
    unchanged: int = 12
    tries: int = 8
    hints_left: int = 0
    idle_minutes: int = 10


@dataclass(frozen=True, slots=True)
class Lab:
    """``content_hash`` covers everything but the prose: a typo mended in a text starts nothing anew."""

    name: str
    folder: Path
    content_hash: str
    order: int
    title: Words
    summary: Words
    minutes: int
    needs: tuple[str, ...]
    clock: float
    seeds: tuple[Call, ...]
    setup: str
    files: Path | None
    steps: tuple[Step, ...]
    prose: dict[str, Prose] = field(repr=False)
    stuck: Patience = Patience()

    def step(self, step_id: str) -> Step:
        """Raises KeyError for a step that the lab does not have."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def next_after(self, step_id: str) -> Step | None:
        ids = [step.id for step in self.steps]
        at = ids.index(step_id) + 1
        return self.steps[at] if at < len(ids) else None

    def section(self, step_id: str, language: str) -> Section:
        return self.in_language(language).sections[step_id]

    def in_language(self, language: str) -> Prose:
        return self.prose.get(language[:2], self.prose["en"])

    @property
    def points(self) -> int:
        return sum(step.points for step in self.steps)


def words(texts: Words, language: str) -> str:
    """The text in ``language``, else in English."""
    return texts.get(language[:2]) or texts.get("en", "")
