"""A note, read: frozen, and the same for everybody. What is HTML here is sanitised; what is a plain text says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from course.reading.pictures import Picture
from labs.lab.model import LANGUAGES, Html, Words, words

__all__ = ["LANGUAGES", "Box", "Choice", "Heading", "Html", "Kind", "Link", "Note", "Part", "Question", "Segment", "Shown", "Source",
           "Text", "Try", "Words", "words"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the course; ``title`` is plain."""

    id: str
    title: Words


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Heading:
    """``title`` is plain, ``html`` the same with its markup; ``anchor`` is shared by the languages. It is a segment of the text, too."""

    level: int
    anchor: str
    title: str
    html: str
    line: int


@dataclass(frozen=True, slots=True)
class Try:
    """A console block. ``answers``: what its author says that each of ``commands`` prints, the documented shape, maybe empty;
    ``exit``: the status that the last command is meant to end with; ``functions``: the shell functions that blocks before it define."""

    commands: tuple[str, ...]
    answers: tuple[str, ...]
    source: str
    exit: int
    line: int
    functions: frozenset[str] = frozenset()

    @property
    def answer(self) -> str:
        return "\n".join(filter(None, self.answers))


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture where it stands; ``number`` counts the pictures of the text from 1."""

    picture: Picture
    number: int
    kind: str
    line: int


Segment = Html | Heading | Try | Shown


@dataclass(frozen=True, slots=True)
class Box:
    """``!!! kind "title"`` with its indented ``body``, as written."""

    kind: str
    title: str
    body: str
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a note (``kind`` note, maybe with ``anchor``) or to a lab."""

    kind: str
    name: str
    anchor: str
    path: Path
    line: int


@dataclass(frozen=True, slots=True)
class Text:
    """A note in one language. ``title`` and ``summary`` are plain; ``words`` are counted without code, pictures and console blocks."""

    path: Path
    title: str
    summary: str
    segments: tuple[Segment, ...] = field(repr=False)
    headings: tuple[Heading, ...] = field(repr=False)
    boxes: tuple[Box, ...] = field(repr=False)
    links: tuple[Link, ...] = field(repr=False)
    words: int
    minutes: int

    @property
    def blocks(self) -> tuple[Try, ...]:
        return tuple(segment for segment in self.segments if isinstance(segment, Try))

    @property
    def pictures(self) -> tuple[Shown, ...]:
        return tuple(segment for segment in self.segments if isinstance(segment, Shown))


class Kind(StrEnum):
    """Of a question: one choice is right, all that are right, put into order, write a command."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    ORDER = "order"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Choice:
    """``text`` and ``why`` (why not; may be empty) are inline HTML."""

    text: Words
    right: bool
    why: Words


@dataclass(frozen=True, slots=True)
class Question:
    """``text`` and ``why`` are HTML. ``choices`` are of a single or multiple one, ``items`` (in the right order, inline HTML) of an
    order, ``answers`` of a command."""

    id: str
    kind: Kind
    text: Words
    why: Words
    line: int
    choices: tuple[Choice, ...] = ()
    items: tuple[Words, ...] = ()
    answers: tuple[str, ...] = ()
    links: tuple[Link, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Note:
    slug: str
    folder: Path
    part: Part
    order: int
    lab: str
    checked: date
    sources: tuple[Source, ...]
    questions: tuple[Question, ...] = field(repr=False)
    texts: dict[str, Text] = field(repr=False)

    def in_language(self, language: str) -> Text:
        return self.texts.get(language[:2], self.texts["en"])

    def question(self, question_id: str) -> Question | None:
        return next((question for question in self.questions if question.id == question_id), None)

    @property
    def links(self) -> tuple[Link, ...]:
        of_texts = [link for text in self.texts.values() for link in text.links]
        return (*of_texts, *(link for question in self.questions for link in question.links))
