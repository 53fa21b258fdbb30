"""HTTP for looking at one learner. Nothing here writes, but the making and closing of the instructor's own forks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from course.following import forks, replaying, standing
from course.following.timeline import Wanted, outcome, timeline
from course.helping.presenting import name_of
from course.people import access
from course.people.acts import record
from labs import changes, events, forking, presenting, wording
from labs.editions import lab_of
from labs.lab.model import Lab, words
from labs.models import Attempt, Command
from sandbox.errors import Fault, SandboxError


@login_required
@require_safe
def person(request: HttpRequest, pk: int, user: int) -> HttpResponse:
    """Who it is, and every attempt of theirs, the one last used first."""
    cohort, learner = access.learner_in(request, pk, user)
    found = Attempt.objects.filter(user=learner, fork_of=None).prefetch_related("steps").annotate(typed=Count("commands"))
    rows = [_row(attempt) for attempt in found[:100]]
    context = {"nav": "cohorts", "cohort": cohort, "learner": learner, "who": name_of(learner), "rows": rows}
    return render(request, "following/person.html", context)


def _row(attempt: Any) -> dict[str, Any]:
    lab = _lab(attempt)
    return {
        "attempt": attempt,
        "title": words(lab.title, wording.language()) if lab else attempt.lab,
        "track": presenting.track(lab, attempt) if lab else None,
        "typed": attempt.typed,
    }


def _lab(attempt: Attempt) -> Lab | None:
    try:
        return lab_of(attempt)
    except Fault:
        return None


@login_required
@require_safe
def attempt(request: HttpRequest, pk: int, user: int, attempt: int) -> HttpResponse:
    """The timeline. Query: page, at (a command's number), only=errors, step. By htmx the list alone."""
    cohort, found = access.attempt_in(request, pk, user, attempt)
    lab = _require_lab(found)
    after = events.position(found.pk)  # before the rows are read: what happens meanwhile is told
    wanted = _wanted(request, lab)
    context = {
        **_base(cohort, found, lab),
        "after": after,
        "wanted": wanted,
        "steps": [{"id": step.id, "title": lab.section(step.id, wording.language()).title} for step in lab.steps],
        "track": presenting.track(lab, found),
        "forks": forks.open_forks(request.user, found),
        "question": found.help_requests.not_closed().first(),
        **timeline(found, lab, wanted, cohort.pk),
    }
    return render(request, "following/items.html" if request.htmx else "following/attempt.html", context)  # type: ignore[attr-defined]


def _base(cohort: Any, found: Attempt, lab: Lab) -> dict[str, Any]:
    title = words(lab.title, wording.language())
    return {"nav": "cohorts", "cohort": cohort, "attempt": found, "learner": found.user, "who": name_of(found.user), "title": title}


def _require_lab(found: Attempt) -> Lab:
    """404 where neither the lab nor a copy of it is there: the page of the person says so."""
    lab = _lab(found)
    if lab is None:
        raise Http404
    return lab


def _wanted(request: HttpRequest, lab: Lab) -> Wanted:
    step = request.GET.get("step", "")
    known = step if step in [one.id for one in lab.steps] else ""
    return Wanted(_number(request, "page"), _number(request, "at"), request.GET.get("only") == "errors", known)


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


@login_required
@require_safe
def output(request: HttpRequest, pk: int, user: int, attempt: int, number: int) -> HttpResponse:
    """What a command printed and what it changed, for the timeline; without script the replay shows them."""
    _cohort, found = access.attempt_in(request, pk, user, attempt)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("replay", pk, user, attempt, number)
    command = get_object_or_404(Command, attempt=found, number=number)
    shown = _shown(command)
    return render(request, "following/output.html", {"attempt": found, "block": shown["shown"], **shown})


def _shown(command: Command) -> dict[str, Any]:
    panel = changes.panel(command.changes, command.diff) if command.changes else None
    return {"command": command, "shown": presenting.block(command), "panel": panel}


# --- replay ----------------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def replay_at(request: HttpRequest, pk: int, user: int, attempt: int) -> HttpResponse:
    """To the command that is the ``at``-th, as the page's slider says."""
    _cohort, found = access.attempt_in(request, pk, user, attempt)
    return redirect("replay", pk, user, attempt, replaying.nearest(found, _number(request, "at")))


@login_required
@require_safe
def replay(request: HttpRequest, pk: int, user: int, attempt: int, number: int) -> HttpResponse:
    """After one command: what it printed and changed, and what the sandbox held then. Query: path, a file to show."""
    cohort, found = access.attempt_in(request, pk, user, attempt)
    lab = _require_lab(found)
    at = replaying.position(found, number)
    context: dict[str, Any] = {**_base(cohort, found, lab), "at": at, "path": request.GET.get("path", "")}
    ways = {"first": at.first, "before": at.before, "after": at.after, "last": at.last}
    context["urls"] = {name: _replay(cohort.pk, found, to) for name, to in ways.items()}
    if at.command is not None:
        context |= _shown(at.command) | {"outcome": outcome(at.command)}
    if at.version is not None:
        changed = at.command.changes if at.command and at.of == at.number else {}
        context["standing"] = standing.standing(found, at.version, context["path"], changed)
    return render(request, "following/replay.html", context)


def _replay(cohort: int, attempt: Attempt, number: int | None) -> str:
    return "" if number is None else reverse("replay", args=[cohort, attempt.user_id, attempt.pk, number])


# --- forks -----------------------------------------------------------------------------------------------------------------


@login_required
@require_POST
def fork(request: HttpRequest, pk: int, user: int, attempt: int, number: int) -> HttpResponse:
    """Work on from there, in a sandbox of one's own."""
    cohort, found = access.attempt_in(request, pk, user, attempt)
    at = replaying.position(found, number)
    if at.version is None:
        messages.error(request, wording.words("version-gone"))
        return redirect("replay", pk, user, attempt, number)
    try:
        made = forking.fork(attempt=found, version=at.version, command=at.command, by=request.user, language=get_language() or "en")
    except SandboxError as error:
        messages.error(request, wording.words(error.code, **error.values))
        return redirect("replay", pk, user, attempt, number)
    record("forked", by=request.user, target=found, cohort=cohort, number=number)
    return redirect("page", made.pk)


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a fork of one's own; back to where it was made, or to the list of all. Field: back (list)."""
    mine = access.own_fork(request, pk)
    listed = request.POST.get("back") == "list"
    back = reverse("cohorts") + "#forks" if listed else forks.beside(mine)["url"] or reverse("cohorts")
    try:
        forking.close(fork=mine)
    except SandboxError as error:
        messages.error(request, wording.words(error.code, **error.values))
        return redirect(back if listed else reverse("page", args=[pk]))
    return redirect(back)
