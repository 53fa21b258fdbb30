"""What can be searched: notes and labs, a passage a section and language, as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from django.utils.html import strip_tags

from course.reading import library
from course.reading.model import LANGUAGES, Heading, Html, Note, Shown, Text, Try, words
from labs.lab import catalog
from labs.lab.model import CommandBlock, Lab
from labs.lab.model import Segment as LabSegment

_SPACE = re.compile(r"\s+")
# Between what stands in boxes of its own is a space; inside a word, as in <b>bu</b>cket, is none.
_BOX = re.compile(r"<(?=/?(?:p|li|ul|ol|t[hdr]|table|d[tdl]|div|pre|br|h\d|blockquote|figure|figcaption|details|summary)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passage:
    """``kind`` is note or lab, ``slug`` its name. The first of a document has no ``anchor`` and no ``heading``."""

    kind: str
    slug: str
    language: str
    anchor: str
    title: str
    heading: str
    text: str


def everything() -> list[Passage]:
    """Of all notes and labs that can be read, each in its order."""
    notes = (passage for note in library.notes() for passage in of_note(note))
    labs = (passage for lab in catalog.everything()[0] for passage in of_lab(lab))
    return [*notes, *labs]


def of_note(note: Note) -> Iterator[Passage]:
    for language, text in note.texts.items():
        for anchor, heading, body in _sections(text):
            yield Passage("note", note.slug, language, anchor, text.title, heading, body)


def _sections(text: Text) -> Iterator[tuple[str, str, str]]:
    anchor, heading, pieces = "", "", [text.summary]
    for segment in text.segments:
        if isinstance(segment, Heading):
            yield anchor, heading, _joined(pieces)
            anchor, heading, pieces = segment.anchor, segment.title, []
        elif isinstance(segment, Try):
            pieces += segment.commands
        elif isinstance(segment, Shown):
            pieces += [segment.picture.title, segment.picture.alt]
        else:
            pieces.append(plain(segment.text))
    yield anchor, heading, _joined(pieces)


def of_lab(lab: Lab) -> Iterator[Passage]:
    """Without hints and solutions: nobody is to find those by accident."""
    for language in LANGUAGES:
        title, text = words(lab.title, language), lab.in_language(language)
        yield Passage("lab", lab.name, language, "", title, "", _joined([words(lab.summary, language), *_pieces(text.intro)]))
        for step in lab.steps:
            section = text.sections[step.id]
            yield Passage("lab", lab.name, language, f"step-{step.id}", title, section.title, _joined(_pieces(section.segments)))


def _pieces(segments: Iterable[LabSegment]) -> Iterator[str]:
    for segment in segments:
        if isinstance(segment, CommandBlock):
            yield from segment.commands
        elif isinstance(segment, Html):
            yield plain(segment.text)


def plain(html: str) -> str:
    return unescape(strip_tags(_BOX.sub(" <", html)))


def _joined(pieces: Iterable[str]) -> str:
    return _SPACE.sub(" ", " ".join(pieces)).strip()
