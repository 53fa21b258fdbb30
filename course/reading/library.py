"""The notes there are. Where one develops they are read again when a file changes, elsewhere once a process."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from course.reading import loader
from course.reading.errors import NoteError, near
from course.reading.model import LANGUAGES, Link, Note, Part
from course.reading.questions import NAME
from labs.lab import catalog

_Stamp = tuple[tuple[str, int, int], ...]
_FILES = ("note.yaml", *(f"{language}.md" for language in LANGUAGES))
_reading = threading.Lock()
_forgotten: Counter[Path] = Counter()  # how often, by the course's folder


def everything() -> tuple[tuple[Note, ...], tuple[NoteError, ...]]:
    """The notes that can be read, in the course's order, and what is wrong: with others, and with where they lead."""
    root = Path(settings.COURSE_NOTES)
    with _reading:  # who comes while they are read waits for them, and reads none twice
        return _everything(root, _stamp(root) if settings.LOCAL else (), _forgotten[root])


def notes() -> tuple[Note, ...]:
    return everything()[0]


def get(slug: str) -> Note:
    """That note alone is read. Raises KeyError where there is no such note, or it cannot be read."""
    folder = Path(settings.COURSE_NOTES) / slug
    if not NAME.fullmatch(slug) or not (folder / "note.yaml").is_file():
        raise KeyError(slug)
    try:
        return _load(folder)
    except NoteError as error:
        raise KeyError(slug) from error


def parts() -> tuple[Part, ...]:
    """In the course's order; none where their file is not right."""
    try:
        return _parts(*_named())
    except NoteError:
        return ()


def folders() -> list[Path]:
    return sorted(path.parent for path in Path(settings.COURSE_NOTES).glob("*/note.yaml"))


def forget() -> None:
    """For tests that change files where a process would read them once. What was read of other courses stays."""
    _forgotten[Path(settings.COURSE_NOTES)] += 1


def dead(note: Note, others: dict[str, Note], slugs: set[str], labs: set[str]) -> Iterator[NoteError]:
    """The links of ``note`` that lead nowhere. ``others``: the notes by name; ``slugs``: those besides that cannot be read now."""
    for link in note.links:
        if message := _dead(link, others, slugs, labs):
            yield NoteError(link.path, link.line, message)


def _dead(link: Link, others: dict[str, Note], slugs: set[str], labs: set[str]) -> str:
    if link.kind == "lab":
        return "" if link.name in labs else f"there is no lab “{link.name}”{near(link.name, labs)}"
    if link.name not in others:
        return "" if link.name in slugs else f"there is no note “{link.name}”{near(link.name, {*others, *slugs})}"
    anchors = anchors_of(others[link.name])
    if link.anchor and link.anchor not in anchors:
        return f"the note “{link.name}” has no heading “{link.anchor}”{near(link.anchor, anchors)}"
    return ""


def anchors_of(note: Note) -> list[str]:
    return [heading.anchor for heading in note.in_language("en").headings]


@lru_cache(maxsize=2)
def _everything(root: Path, stamp: _Stamp, forgotten: int) -> tuple[tuple[Note, ...], tuple[NoteError, ...]]:
    try:
        order = [part.id for part in _parts(*_named())]
    except NoteError as error:
        return (), (error,)
    found: list[Note] = []
    errors: list[NoteError] = []
    for folder in folders():
        try:
            found.append(_load(folder))
        except NoteError as error:
            errors.append(error)
    found.sort(key=lambda note: (order.index(note.part.id), note.order, note.slug))
    others, slugs = {note.slug: note for note in found}, {folder.name for folder in folders()}
    labs = {folder.name for folder in catalog.folders()}
    errors += [error for note in found for error in dead(note, others, slugs, labs)]
    return tuple(found), tuple(errors)


def _named() -> tuple[Path, tuple[int, int]]:
    path = Path(settings.COURSE_NOTES) / "parts.yaml"
    return path, _stat(path) if settings.LOCAL else (0, _forgotten[path.parent])


def _load(folder: Path) -> Note:
    stamps = tuple(_stat(folder / name) for name in _FILES) if settings.LOCAL else ()
    return _note(folder, _named(), stamps, _forgotten[folder.parent])


@lru_cache(maxsize=512)
def _note(folder: Path, named: tuple[Path, tuple[int, int]], stamps: tuple[tuple[int, int], ...], forgotten: int) -> Note:
    return loader.load(folder, {part.id: part for part in _parts(*named)})


@lru_cache(maxsize=4)
def _parts(path: Path, stamp: object) -> tuple[Part, ...]:
    return loader.parts(path)


def _stamp(root: Path) -> _Stamp:
    """Changes when any file of the notes does; a stat a file."""
    paths = [root / "parts.yaml", *(folder / name for folder in folders() for name in _FILES)]
    return tuple((str(path), *_stat(path)) for path in paths)


def _stat(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (about.st_mtime_ns, about.st_size)
