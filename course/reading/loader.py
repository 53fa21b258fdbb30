"""Reads a note's folder.

::

    course/notes/<slug>/
      note.yaml          part, order, lab, checked, sources, questions
      ko.md, en.md       the text (course.reading.text)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from course.reading import questions, text
from course.reading.errors import NoteError, did_you_mean
from course.reading.model import LANGUAGES, Note, Part, Source
from labs.lab.nodes import Value, read


def parts(path: Path) -> tuple[Part, ...]:
    """The parts of the course, in their order. Raises NoteError."""
    found: dict[str, Part] = {}
    for item in read(path).items():
        keys = item.keys(needed=("id", *LANGUAGES))
        name = keys["id"].text()
        if name in found or not questions.NAME.fullmatch(name):
            raise keys["id"].error("a part's id is small letters, digits and single hyphens, and here once")
        found[name] = Part(name, {language: keys[language].text() for language in LANGUAGES})
    return tuple(found.values())


def load(folder: Path, known: Mapping[str, Part]) -> Note:
    """The note in ``folder``, of one of the parts that are ``known``. Raises NoteError with file and line of the first thing that is
    not right."""
    value = read(folder / "note.yaml")
    keys = value.keys(needed=("part", "order", "checked", "sources", "questions"), known=("lab",))
    if not questions.NAME.fullmatch(folder.name):
        raise NoteError(folder, 0, "a note's folder is named in small letters, digits and single hyphens")
    part = keys["part"].text()
    if part not in known:
        raise keys["part"].error(f"no part is called “{part}”{did_you_mean(part, known)}")
    return Note(
        slug=folder.name,
        folder=folder,
        part=known[part],
        order=keys["order"].integer(),
        lab=keys["lab"].text() if "lab" in keys else "",
        checked=_date(keys["checked"]),
        sources=tuple(_source(item) for item in keys["sources"].items()),
        questions=questions.read(keys["questions"]),
        texts={language: text.read(folder / f"{language}.md") for language in LANGUAGES},
    )


def _date(value: Value) -> date:
    found = value.plain()
    if not isinstance(found, date):
        raise value.error("a date is needed here, like 2026-11-28")
    return found


def _source(value: Value) -> Source:
    keys = value.keys(needed=("title", "url"))
    if not keys["url"].text().startswith("https://"):
        raise keys["url"].error("an address that begins with https://")
    return Source(keys["title"].text(), keys["url"].text())
