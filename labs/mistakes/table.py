"""The table: every ``*.yaml`` in the folder, in the order of their names, read strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from labs.lab.errors import LabError
from labs.lab.model import Words
from labs.lab.nodes import Value, read
from labs.lab.prose import to_html
from labs.lab.specs import read_words
from labs.mistakes.patterns import HOLE, Pattern

OF_AWS = ("code", "operation", "message")
"""The holes that ``code`` fills."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NOTE = re.compile(rf"{_ID.pattern}(#{_ID.pattern})?")
_LEAST_LETTERS = {"output": 4, "line": 1, "unless": 1}
_IN_A_TAG = re.compile(r"<[^>]*\{[a-z_]+\}[^>]*>")


@dataclass(frozen=True, slots=True)
class Near:
    """``words`` (with the hole ``{near}``) are added where one of ``among`` is written almost like what stands in the hole ``of``."""

    of: str
    among: tuple[str, ...]
    words: Words


@dataclass(frozen=True, slots=True)
class Entry:
    """One mistake. It is met where one of ``codes`` or of ``output`` and one of ``line`` is there (each only if given), none of
    ``unless`` is, and the command ended with one of ``exits`` (empty: any but 0; None: any at all)."""

    id: str
    codes: frozenset[str]
    output: tuple[Pattern, ...]
    line: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    exits: tuple[int, ...] | None
    near: Near | None
    words: Words
    note: str
    docs: str
    example: str
    path: Path
    at: int


def entries() -> tuple[Entry, ...]:
    """Those that are right."""
    return everything()[0]


def get(entry_id: str) -> Entry | None:
    return next((entry for entry in entries() if entry.id == entry_id), None)


def everything() -> tuple[tuple[Entry, ...], tuple[LabError, ...]]:
    """The entries that are right, and every fault of the others with file and line. Read again when a file changes."""
    files = sorted(Path(settings.LABS_MISTAKES).glob("*.yaml"))
    return _read(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in files))


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, int, int], ...]) -> tuple[tuple[Entry, ...], tuple[LabError, ...]]:
    found: dict[str, Entry] = {}
    errors: list[LabError] = []
    for path, _changed, _size in files:
        for item in _items(path, errors):
            try:
                entry = _entry(item)
            except LabError as error:
                errors.append(error)
                continue
            if (first := found.setdefault(entry.id, entry)) is not entry:
                errors.append(LabError(path, entry.at, f"“{entry.id}” is here twice (first in {first.path.name}, line {first.at})"))
    return tuple(found.values()), tuple(errors)


def _items(path: Path, errors: list[LabError]) -> Iterator[Value]:
    try:
        yield from read(path).items()
    except LabError as error:
        errors.append(error)


def _entry(value: Value) -> Entry:
    keys = value.keys(
        needed=("id", "words", "example"), known=("code", "output", "line", "unless", "exit", "near", "note", "docs")
    )  # fmt: skip
    if not _ID.fullmatch(keys["id"].text()):
        raise keys["id"].error("an id is small letters, digits and single hyphens")
    if not keys.keys() & {"code", "output", "line"}:
        raise value.error("by what is it known? “code”, “output” or “line” is missing")
    patterns = {name: _patterns(keys[name], least) if name in keys else () for name, least in _LEAST_LETTERS.items()}
    codes = frozenset(_texts(keys["code"])) if "code" in keys else frozenset()
    holes = {hole for pattern in (*patterns["output"], *patterns["line"]) for hole in pattern.holes}
    holes |= set(OF_AWS) if codes else set()
    return Entry(
        id=keys["id"].text(),
        codes=codes,
        output=patterns["output"],
        line=patterns["line"],
        unless=patterns["unless"],
        exits=_exits(keys["exit"]) if "exit" in keys else (),
        near=_near(keys["near"], holes) if "near" in keys else None,
        words=_words(keys["words"], holes),
        note=_note(keys["note"]) if "note" in keys else "",
        docs=_docs(keys["docs"]) if "docs" in keys else "",
        example=keys["example"].text(),
        path=value.path,
        at=value.line,
    )


def _texts(value: Value) -> tuple[str, ...]:
    return value.texts() if value.is_list else (value.text(),)


def _patterns(value: Value, least: int) -> tuple[Pattern, ...]:
    found = []
    for item in value.items() if value.is_list else [value]:
        pattern = Pattern.of(item.text())
        if "\n" in item.text():
            raise item.error("a pattern is of one line")
        if pattern.letters < least:
            raise item.error(f"too little to know it by: at least {least} characters besides the holes and spaces are needed")
        if "" in pattern.pieces[1:-1]:
            raise item.error("two holes stand side by side: where would one end?")
        found.append(pattern)
    return tuple(found)


def _exits(value: Value) -> tuple[int, ...] | None:
    """``any``, or a list of exit statuses."""
    if not value.is_list:
        if value.text() != "any":
            raise value.error("“any”, or a list of exit statuses like [1, 127]; without it: any but 0")
        return None
    return tuple(item.integer() for item in value.items())


def _near(value: Value, holes: set[str]) -> Near:
    keys = value.keys(needed=("of", "among", "words"))
    if keys["of"].text() not in holes:
        raise keys["of"].error(f"no pattern has the hole {{{keys['of'].text()}}}")
    return Near(keys["of"].text(), keys["among"].texts(), _words(keys["words"], {*holes, "near"}))


def _words(value: Value, holes: set[str]) -> Words:
    texts = value.mapping()
    found = read_words(value)
    for language, text in found.items():
        if unknown := sorted(set(HOLE.findall(text)) - holes):
            raise texts[language].error(f"no pattern has the hole {{{unknown[0]}}}")
        if _IN_A_TAG.search(to_html(text)):
            raise texts[language].error("a hole may stand in the text only, not in a link's address")
    return found


def _note(value: Value) -> str:
    if not _NOTE.fullmatch(value.text()):
        raise value.error("the name of a note's folder: small letters, digits and single hyphens; maybe with #heading")
    return value.text()


def _docs(value: Value) -> str:
    if not value.text().startswith("https://"):
        raise value.error("an address that begins with https://")
    return value.text()
