"""HTTP for the notes: everybody reads and tries the questions; what is kept is of who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from course.reading import actions, asking, consoles, judging, library, presenting
from course.reading.markdown import address
from course.reading.model import Note, Question
from course.reading.questions import NAME
from labs import actions as labs_actions
from labs.views import by_script


def _signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Who is not signs in first, and is back at the note then."""

    @wraps(view)
    def wrapped(request: HttpRequest, slug: str) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, slug)
        return redirect_to_login(address("note", slug))

    return wrapped


@require_safe
def note(request: HttpRequest, slug: str) -> HttpResponse:
    """The note; beside it the console, where the reader has opened one."""
    found = _note_or_404(slug)
    reading = actions.opened(user=request.user, note=slug) if request.user.is_authenticated else None
    console = consoles.context(request, get_language() or "en")
    context = (console or {}) | presenting.page(found, request.user, reading, asking.unpacked(found, request.GET))
    context |= {
        "nav": "notes",
        "console": console is not None,
        "close_url": reverse("note-console", args=[slug]),
        "may_open": consoles.may_open(request.user),
        "guests": settings.GUESTS and settings.GUEST_HOURS,
    }
    return render(request, "course/note_console.html" if console else "course/note.html", context)


@require_POST
def answer(request: HttpRequest, slug: str, question: str) -> HttpResponse:
    """Judge an answer and show it: to htmx the question alone, to a form the page again."""
    found = _note_or_404(slug)
    asked = found.question(question)
    if asked is None:
        raise Http404
    given = asking.given(asked, request.POST)
    if given is None:
        return _asked_again(request, found, asked)
    kept = None
    if request.user.is_authenticated:
        right = judging.right(asked, given)
        kept = actions.answer(user=request.user, note=slug, question=question, given=given, right=right)
    if request.htmx:  # type: ignore[attr-defined]
        return _question(request, found, asking.shown(found, asked, kept, asking.Tried(question, given)))
    # Of a visitor nothing is kept: the answer travels with the address.
    query = "" if kept else "?" + urlencode({"question": question, "answer": asking.packed(given)})
    return redirect(f"{address('note', slug)}{query}#q-{question}")


def _asked_again(request: HttpRequest, note: Note, question: Question) -> HttpResponse:
    word = _("Give every line a place of its own.") if question.items else _("Answer first, then check.")
    if request.htmx:  # type: ignore[attr-defined]
        return _question(request, note, asking.shown(note, question) | {"refused": word})
    messages.error(request, word)
    return redirect(address("note", note.slug, f"q-{question.id}"))


def _question(request: HttpRequest, note: Note, question: dict[str, Any]) -> HttpResponse:
    return render(request, "course/question.html", {"note": note, "question": question, "swapped": True})


@require_POST
@_signed_in
def read(request: HttpRequest, slug: str) -> HttpResponse:
    """Field: read, 1 or 0."""
    _note_or_404(slug)
    actions.mark(user=request.user, note=slug, read=request.POST.get("read") == "1")
    return HttpResponse(status=204) if by_script(request) else redirect(address("note", slug, "note-end"))


@require_POST
@_signed_in
def bookmark(request: HttpRequest, slug: str) -> HttpResponse:
    """Fields: anchor (empty: the note), on (1 or 0)."""
    found, anchor = _note_or_404(slug), request.POST.get("anchor", "")
    if anchor and anchor not in library.anchors_of(found):
        raise Http404
    act = actions.bookmark if request.POST.get("on") == "1" else actions.drop_bookmark
    act(user=request.user, note=slug, anchor=anchor)
    if by_script(request):
        return HttpResponse(status=204)
    return redirect(address("note", slug, anchor))


@require_POST
@_signed_in
def console(request: HttpRequest, slug: str) -> HttpResponse:
    """Open the console beside the note, or close it. Fields: open (1 or 0), line (for its prompt, not run), at (where one is)."""
    found = _note_or_404(slug)
    opened = request.POST.get("open") == "1"
    lab = consoles.playground()
    if opened and (lab is None or not consoles.may_open(request.user)):
        raise Http404
    if opened and lab is not None:
        labs_actions.start_attempt(user=request.user, lab=lab, language=get_language() or "en")
    consoles.remember(request, opened=opened, line=request.POST.get("line", ""))
    at = request.POST.get("at", "")
    return redirect(address("note", found.slug, at if NAME.fullmatch(at) else ""))


def _note_or_404(slug: str) -> Note:
    try:
        return library.get(slug)
    except KeyError as error:
        raise Http404 from error
