"""What the templates of a note are given: plain values, texts in the active language.

note       slug title summary minutes url part{id title} lab{title url minutes steps due} or None, checked, sources[title url host],
           before and after {title url} or None, outside (no part of the reader's course)
toc        anchor title level
segments   see ``segments``
runs       whether anything in it can be run
questions  see course.reading.asking
reading    opened, read; None of a visitor
marked     the anchors with a bookmark, "" for the whole note
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from course.people import plan
from course.reading import asking, library, live, pictures
from course.reading.markdown import address
from course.reading.model import Heading, Html, Note, Shown, Text, Try, words
from course.reading.models import Answer, Bookmark, Reading
from course.reading.pictures import Picture
from labs.lab import catalog
from labs.lab.errors import LabError
from labs.wording import language

_WORD = re.compile(r"(?<!\S)(\S{3,40})(?!\S)")


def page(note: Note, user: Any, reading: Reading | None, tried: asking.Tried | None = None) -> dict[str, Any]:
    """``reading``: the reader's, None of a visitor; ``tried``: an answer that is not kept, of somebody who is not signed in. As many
    queries however much there is."""
    text = note.in_language(language())
    own = {"user": user.pk, "note": note.slug}
    marked = set(Bookmark.objects.filter(**own).values_list("anchor", flat=True)) if user.is_authenticated else set()
    answers = {answer.question: answer for answer in Answer.objects.filter(**own)} if user.is_authenticated else {}
    return {
        "note": _about(note, text, plan.of(user)),
        "toc": [heading for heading in text.headings if heading.level < 4],
        "segments": list(segments(text)),
        "runs": any(live.is_live(block) for block in text.blocks),
        "questions": asking.questions(note, answers, tried),
        "reading": reading,
        "marked": marked,
    }


def segments(text: Text) -> Iterator[dict[str, Any]]:
    """One dict a piece: ``html``; ``heading`` and its ``html``; ``picture``, a whole figure; or ``block``: id rows[command html
    answer] live answer source host."""
    blocks = 0
    for segment in text.segments:
        if isinstance(segment, Html):
            yield {"html": _safe(segment.text)}
        elif isinstance(segment, Heading):
            yield {"heading": segment, "html": _safe(segment.html)}
        elif isinstance(segment, Shown):
            yield {"picture": _drawn(segment.picture, segment.number, language())}
        else:
            blocks += 1
            yield {"block": _block(segment, blocks)}


def _block(block: Try, number: int) -> dict[str, Any]:
    rows = [
        {"command": command, "html": _unbroken(command), "answer": answer}
        for command, answer in zip(block.commands, block.answers, strict=True)
    ]
    return {
        "id": f"try-{number}",
        "rows": rows,
        "live": live.is_live(block),
        "answer": block.answer,
        "source": block.source,
        "host": _host(block.source),
    }


def _unbroken(command: str) -> SafeString:
    """A browser breaks a line after any hyphen: in words of a usual length it is not to."""
    return _safe(_WORD.sub(r'<span class="word">\1</span>', escape(command)))


@lru_cache(maxsize=512)
def _drawn(picture: Picture, number: int, spoken: str) -> SafeString:
    """Laying a large one out takes a tenth of a second. ``spoken``: the active language."""
    return pictures.svg(picture, f"picture-{number}")


def _about(note: Note, text: Text, taken: plan.Plan) -> dict[str, Any]:
    before, after = _neighbours(note, taken)
    return {
        "slug": note.slug,
        "title": text.title,
        "summary": text.summary,
        "minutes": text.minutes,
        "url": address("note", note.slug),
        "part": {"id": note.part.id, "title": words(note.part.title, language())},
        "lab": _lab(note.lab, taken),
        "checked": note.checked,
        "sources": [{"title": source.title, "url": source.url, "host": _host(source.url)} for source in note.sources],
        "before": before,
        "after": after,
        "outside": note.slug not in taken.notes,
    }


def _neighbours(note: Note, taken: plan.Plan) -> list[dict[str, str] | None]:
    """The notes before and after it in the reader's course, ``title`` and ``url``; of one that is no part of it, in the whole one."""
    notes: Sequence[Note] = library.notes()
    if note.slug in taken.notes:
        notes = taken.notes.arranged([one for one in notes if one.slug in taken.notes], lambda one: one.slug)
    at = next((place for place, one in enumerate(notes) if one.slug == note.slug), None)
    if at is None:
        return [None, None]
    beside = [notes[place] if 0 <= place < len(notes) else None for place in (at - 1, at + 1)]
    return [{"title": one.in_language(language()).title, "url": address("note", one.slug)} if one else None for one in beside]


def _lab(name: str, taken: plan.Plan) -> dict[str, Any] | None:
    try:
        lab = catalog.get(name)
    except (KeyError, LabError):
        return None
    about = {"title": words(lab.title, language()), "minutes": lab.minutes, "steps": len(lab.steps), "url": address("lab", name)}
    return about | {"due": taken.due(name)}


def _host(url: str) -> str:
    return urlsplit(url).netloc.removeprefix("www.")


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - only of course.reading.markdown, which sanitises
