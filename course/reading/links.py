"""Where a note is read and what it is called, for those who know nothing of notes (settings.LABS_NOTE_LINK, LABS_NOTES_OF)."""

from __future__ import annotations

from course.reading import library
from course.reading.markdown import address


def note_link(name: str, language: str) -> dict[str, str] | None:
    """Of ``codedeploy`` or ``codedeploy#hooks``: ``url`` and ``title``; None where there is no such note. Of a heading that is not
    there it is the note's."""
    slug, _, anchor = name.partition("#")
    try:
        text = library.get(slug).in_language(language)
    except KeyError:
        return None
    heading = next((heading for heading in text.headings if heading.anchor == anchor), None)
    title = f"{text.title}: {heading.title}" if heading else text.title
    return {"url": address("note", slug, anchor if heading else ""), "title": title}


def notes_of(lab: str, language: str) -> list[dict[str, str]]:
    """``url`` and ``title`` of each note that this lab goes with, in the course's order."""
    notes, _errors = library.everything()
    return [{"url": address("note", note.slug), "title": note.in_language(language).title} for note in notes if note.lab == lab]
