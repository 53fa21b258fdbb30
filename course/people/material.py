"""The labs and notes that a cohort may use, by name, with titles in the reader's language."""

from __future__ import annotations

from course.people.models import Cohort
from course.reading import library
from labs import wording
from labs.lab import catalog
from labs.lab.model import words


def titles(kind: str) -> dict[str, str]:
    """Name → title of all ``labs`` or ``notes``, in the course's order."""
    language = wording.language()
    if kind == "labs":
        return {lab.name: words(lab.title, language) for lab in catalog.everything()[0]}
    return {note.slug: note.in_language(language).title for note in library.notes()}


def of(cohort: Cohort, kind: str) -> dict[str, str]:
    """Those of a cohort, in its order."""
    known = titles(kind)
    chosen = {name: known[name] for name in getattr(cohort, kind) if name in known}
    return chosen or known
