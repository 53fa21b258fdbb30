"""What ``manage.py notes check`` holds every note against (course/notes/README.md); each fault with file, line and a sentence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from course.reading import library, live
from course.reading.errors import NoteError, near
from course.reading.model import Box, Heading, Note, Text, Try
from labs.lab import catalog
from labs.lab.nodes import read
from labs.mistakes import table
from sandbox.completion.place import commands as commands_in

LENGTHS = {"en": (400, 1200), "ko": (280, 1150)}
QUESTIONS = (3, 6)
MISTAKES = "mistakes"
# What the page beside a console names already: a heading of the same name would be found in its place.
TAKEN = frozenset({
    "acts", "clock", "console", "dialog", "file", "files", "finish", "guide", "help", "help-button", "history", "line", "log", "main",
    "net", "notices", "ports", "preview", "prompt", "rebuilding", "redo", "run", "said", "search", "skip", "split", "steps",
    "suggestions", "terminals", "theme", "track", "tree", "undo", "user-menu",
})  # fmt: skip
TAKEN_BEGINNINGS = (
    "ask-", "bar-", "command-", "dialog-", "file-", "files-", "finish-", "fn", "hint-", "line-", "log-", "move-", "new-", "note-",
    "output-", "picture-", "preview-", "prompt-", "q-", "run-", "search-", "sees-", "solution-", "solved-", "step-",
    "suggestions-", "tab-", "terminal-", "toc-", "tree-", "try-",
)  # fmt: skip
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ADDRESS = re.compile(r"https://\S+")


def faults(slugs: Iterable[str] = ()) -> list[NoteError]:
    """Of the notes with these names, of all and of what leads to them when none is named; in the order of files and lines."""
    named = set(slugs)
    notes, errors = library.everything()
    found = [error for error in errors if not named or error.path.parent.name in named or error.path.name in named]
    for note in notes:
        if not named or note.slug in named:
            found += _of_note(note)
    found += [error for error in _places(notes) if not named or error.path.parent.name in named]
    if not named:
        found += dead_words()
    return sorted(found, key=lambda error: (str(error.path), error.line))


def dead_words() -> Iterator[NoteError]:
    """Words for common mistakes (labs/mistakes) that name a note that is not there, or a heading that it does not have."""
    notes = {note.slug: note for note in library.notes()}
    for entry in table.entries():
        slug, _, anchor = entry.note.partition("#")
        if not slug:
            continue
        if slug not in notes:
            yield NoteError(entry.path, entry.at, f"{entry.id}: there is no note “{slug}”{near(slug, notes)}")
        elif anchor and anchor not in library.anchors_of(notes[slug]):
            guess = near(anchor, library.anchors_of(notes[slug]))
            yield NoteError(entry.path, entry.at, f"{entry.id}: the note “{slug}” has no heading “{anchor}”{guess}")


def _places(notes: Iterable[Note]) -> Iterator[NoteError]:
    taken: defaultdict[tuple[str, int], list[Note]] = defaultdict(list)
    for note in notes:
        taken[note.part.id, note.order].append(note)
    for (part, order), sharing in taken.items():
        for note in sharing[1:]:
            yield NoteError(note.folder / "note.yaml", 0, f"order: {sharing[0].slug} has place {order} of “{part}” already")


def _of_note(note: Note) -> Iterator[NoteError]:
    path = note.folder / "note.yaml"
    keys = read(path).mapping()
    if note.lab and note.lab not in (labs := [folder.name for folder in catalog.folders()]):
        yield keys["lab"].error(f"there is no lab “{note.lab}”{near(note.lab, labs)}")
    if len(note.sources) < 2:
        yield keys["sources"].error("at least two sources are needed, AWS's own pages where there are any")
    least, most = QUESTIONS
    if not least <= len(note.questions) <= most:
        yield keys["questions"].error(f"a note has {least} to {most} questions, and this one {len(note.questions)}")
    for language, text in note.texts.items():
        yield from _of_text(text, *LENGTHS[language])
    yield from _in_step(note.texts["en"], note.texts["ko"])


def _of_text(text: Text, least: int, most: int) -> Iterator[NoteError]:
    if not least <= text.words <= most:
        yield NoteError(text.path, 0, f"{text.words} words, and a note has {least} to {most} (code, pictures and console blocks apart)")
    if not text.pictures:
        yield NoteError(text.path, 0, "no picture: a note has at least one")
    for picture in text.pictures:
        if not str(picture.picture.alt).strip():
            yield NoteError(text.path, picture.line, "alt: what should somebody learn who cannot see this picture?")
    for heading in text.headings:
        if heading.anchor in TAKEN or heading.anchor.startswith(TAKEN_BEGINNINGS):
            yield NoteError(text.path, heading.line, f"the page has a “{heading.anchor}” of its own: choose another name")
    if MISTAKES not in [heading.anchor for heading in text.headings]:
        yield NoteError(text.path, 0, f"no section of the common mistakes: “## … {{#{MISTAKES}}}”")
    for box in text.boxes:
        yield from _of_box(text, box)
    for block in text.blocks:
        yield from _of_block(text, block)


def _of_box(text: Text, box: Box) -> Iterator[NoteError]:
    if not box.title:
        yield NoteError(text.path, box.line, f'a box has a title: !!! {box.kind} "…"')
    if box.kind != "dated":
        return
    if not _DATE.search(f"{box.title} {box.body}"):
        yield NoteError(text.path, box.line, "a box of what dates names the date")
    if not _ADDRESS.search(box.body):
        yield NoteError(text.path, box.line, "a box of what dates links its source")


def _of_block(text: Text, block: Try) -> Iterator[NoteError]:
    verdict = live.verdict(block)
    if not verdict.live and not (block.answer and block.source):
        missing = "the answer that AWS documents, and its source=" if not block.answer else "source="
        yield NoteError(text.path, block.line, f"cannot be run here, so it needs {missing}: {'; '.join(verdict.lacking)}")
    elif block.answer and not block.source:
        yield NoteError(text.path, block.line, "an answer stands here without its source=: where does AWS document it?")
    for line in block.commands:
        for words in commands_in(line):
            if words[0] == "aws" and (message := _unknown(words[1:])):
                yield NoteError(text.path, block.line, message)


def _unknown(words: list[str]) -> str:
    """Empty where AWS has every operation that is asked for."""
    for service, operation in live.calls(words):
        try:
            model = Loader().load_service_model(service, "service-2")
        except UnknownServiceError:
            return f"AWS has no service “{service}”"
        known = {xform_name(name, "-"): name for name in model["operations"]}
        if operation not in known and operation not in known.values():
            return f"{service} has no operation “{operation}”{near(operation, known)}"
    return ""


def _in_step(first: Text, other: Text) -> Iterator[NoteError]:
    """Both languages have the same headings, console blocks and kinds of pictures, in the same order."""
    for one, two in zip_longest(first.headings, other.headings):
        if one is None or two is None or (one.level, one.anchor) != (two.level, two.anchor):
            yield _apart(other, two, f"{_named(one)} in {first.path.name} is {_named(two)} here")
            break
    for block, same in zip_longest(first.blocks, other.blocks):
        if block is None or same is None or (block.commands, block.exit) != (same.commands, same.exit):
            line = block.line if block else "no"
            yield _apart(other, same, f"this console block differs from that in {first.path.name}, line {line}")
            break
    kinds = [[shown.kind for shown in text.pictures] for text in (first, other)]
    if kinds[0] != kinds[1]:
        yield _apart(
            other, None, f"the pictures are {', '.join(kinds[0]) or 'none'} in {first.path.name}, and here {', '.join(kinds[1]) or 'none'}"
        )


def _apart(text: Text, where: Heading | Try | None, message: str) -> NoteError:
    return NoteError(text.path, where.line if where else 0, message)


def _named(heading: Heading | None) -> str:
    return f"“{'#' * heading.level} {{#{heading.anchor}}}”" if heading else "nothing"
