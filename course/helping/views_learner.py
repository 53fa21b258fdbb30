"""HTTP for who asks: the question, its answers, what becomes of them. By htmx the answers are pieces of the lab's page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from course.helping import actions, beside
from course.helping.models import SENTENCE_CHARS, HelpRequest, ProposedCommand, taught_learner
from course.people import limits
from labs import access, wording
from labs.editions import lab_of
from labs.models import Attempt
from sandbox.errors import Fault


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, or the question that there is. Posted fields: sentence, step."""
    attempt = _own(request, pk)
    return _asked(request, attempt) if request.method == "POST" else _form(request, attempt, step=request.GET.get("step", ""))


def _asked(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    sentence, step = request.POST.get("sentence", "").replace("\r\n", "\n"), request.POST.get("step", "")
    if not taught_learner(request.user):
        return _form(request, attempt, step=step, sentence=sentence)
    if len(sentence) > SENTENCE_CHARS:
        wrong = gettext("That is longer than %(most)s characters. Say it shorter: your instructor sees your commands, too.")
        return _form(request, attempt, step=step, sentence=sentence, wrong=wrong % {"most": SENTENCE_CHARS})
    if seconds := limits.of(request, "help"):
        wrong = gettext("You have asked often in a short time. Ask again in %(minutes)s min.") % {"minutes": -(-seconds // 60)}
        return _form(request, attempt, step=step, sentence=sentence, wrong=wrong, status=429)
    actions.ask(attempt=attempt, sentence=sentence, step=step)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(_page(attempt))
    return render(request, "helping/sent.html", _context(attempt))


def _form(
    request: HttpRequest, attempt: Attempt, *, step: str = "", sentence: str = "", wrong: str = "", status: int = 200
) -> HttpResponse:
    """``status``: to a form without script; htmx puts in place only what succeeded."""
    htmx = bool(request.htmx)  # type: ignore[attr-defined]
    context = _context(attempt) | {"step": step or attempt.step, "title": _title(attempt, step), "sentence": sentence, "wrong": wrong}
    context |= {"most": SENTENCE_CHARS, "again": "again" in request.GET, "command": actions.last_command(attempt)}
    if context["question"] and not htmx:
        actions.saw(question=HelpRequest(pk=context["question"]["pk"]))
    return render(request, "helping/ask.html" if htmx else "helping/ask_page.html", context, status=200 if htmx else status)


def _title(attempt: Attempt, step: str) -> str:
    try:
        lab = lab_of(attempt)
    except Fault:
        return ""
    wanted = step or attempt.step
    return lab.section(wanted, wording.language()).title if wanted in [one.id for one in lab.steps] else ""


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Field: ending, solved or withdrawn."""
    attempt = _own(request, pk)
    ending = request.POST.get("ending", "")
    if ending not in {HelpRequest.Ending.SOLVED, HelpRequest.Ending.WITHDRAWN}:
        raise Http404
    if found := attempt.help_requests.not_closed().first():
        actions.close(question=found, ending=ending)
    return _panel(request, attempt)


@login_required
@require_POST
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer is in view."""
    attempt = _own(request, pk)
    if found := attempt.help_requests.not_closed().first():
        actions.saw(question=found)
    return HttpResponse(status=204)


@login_required
@require_POST
def decline(request: HttpRequest, pk: int, command: int) -> HttpResponse:
    attempt = _own(request, pk)
    proposed = ProposedCommand.objects.select_related("answer__request__attempt")
    found = get_object_or_404(proposed, pk=command, answer__request__attempt=attempt)
    actions.decline(command=found)
    return _panel(request, attempt)


def _own(request: HttpRequest, pk: int) -> Attempt:
    attempt = access.own_attempt(request, pk)
    if attempt.is_fork:
        raise Http404
    return attempt


def _context(attempt: Attempt) -> dict[str, Any]:
    found = beside.beside(attempt)
    urls = {"commands": reverse("commands", args=[attempt.pk])}
    return {"attempt": attempt, "beside": found, "question": found.get("question"), "urls": urls}


def _panel(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(_page(attempt))
    # The panel alone: the event that tells all pages may come first, and put another in its place.
    return render(request, "helping/panel.html", _context(attempt))


def _page(attempt: Attempt) -> str:
    return reverse("page", args=[attempt.pk]) + "#help"
