"""HTTP for the notes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from course.reading import library
from course.reading.model import Note
from labs.wording import language


@require_safe
def note(request: HttpRequest, slug: str) -> HttpResponse:
    found = _note_or_404(slug)
    return render(request, "course/note.html", {"nav": "notes", "note": found, "text": found.in_language(language())})


def _note_or_404(slug: str) -> Note:
    try:
        return library.get(slug)
    except KeyError as error:
        raise Http404 from error
