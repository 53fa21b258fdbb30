"""HTTP for going back and forward: undo, redo, rewind, start again, and what a command changed.

A post from the page's script is answered with ``labs.publishing.move_state`` as JSON, a form's with the page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from labs import access, actions, following, presenting, publishing, views, wording
from labs import changes as changing
from labs.editions import lab_of
from labs.models import Attempt, Command
from sandbox.errors import LearnerError


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Field: at, the head that the page shows."""
    return _move(request, pk, lambda attempt, at: actions.undo_attempt(attempt=attempt, by=request.user, at=at))


@login_required
@require_POST
def redo(request: HttpRequest, pk: int) -> HttpResponse:
    """Field: at, the head that the page shows."""
    return _move(request, pk, lambda attempt, at: actions.redo_attempt(attempt=attempt, by=request.user, at=at))


@login_required
@require_POST
def rewind(request: HttpRequest, pk: int) -> HttpResponse:
    """Field: command, the one to stand after."""
    key = request.POST.get("command", "")
    return _move(
        request,
        pk,
        lambda attempt, _: actions.rewind_attempt(attempt=attempt, command=access.own_command(attempt, key), by=request.user),
    )


@login_required
@require_POST
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the lab again. Field: at, the head that the question was about."""
    return _move(request, pk, lambda attempt, at: actions.reset_attempt(attempt=attempt, by=request.user, at=at))


@login_required
@require_POST
def reset_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the current step again. Field: at, the head that the question was about."""
    return _move(request, pk, lambda attempt, at: actions.reset_step(attempt=attempt, by=request.user, at=at))


def _move(request: HttpRequest, pk: int, act: Callable[[Attempt, int | None], None]) -> HttpResponse:
    attempt = access.own_attempt(request, pk)
    shown_from = attempt.console_from
    at = request.POST.get("at", "")
    try:
        with publishing.told() as told:
            act(attempt, int(at) if at.isascii() and at.isdecimal() and len(at) < 16 else None)
    except LearnerError as error:
        return views.refusal(request, attempt, error)
    if not views.by_script(request):
        return redirect("page", pk)
    if state := told.get((attempt.pk, wording.language())):
        return JsonResponse(state)
    attempt.refresh_from_db()
    return JsonResponse(publishing.move_state(attempt, whole=attempt.console_from != shown_from))


@login_required
@require_safe
def ask(request: HttpRequest, pk: int, *, step: bool = False) -> HttpResponse:
    """What starting the lab, or its current step, again will do: a dialog's content for the page, a page of its own without script."""
    attempt = access.own_attempt(request, pk)
    lab = lab_of(attempt)
    if attempt.sandbox is None or (step and not lab.steps):
        raise Http404
    context = {
        "nothing": step and not attempt.step,
        "attempt": attempt,
        "urls": presenting.urls(attempt),
        "at": attempt.sandbox.head_id,
        "step": next((one for one in presenting.steps(lab, attempt) if one["current"]), None) if step else None,
        "count": following.undone_by_reset(attempt, step=step),
    }
    return render(request, "labs/confirm.html" if request.htmx else "labs/confirm_page.html", context)  # type: ignore[attr-defined]


@login_required
@require_safe
def changes(request: HttpRequest, pk: int, command: int) -> HttpResponse:
    """What a command changed: a panel for the page, a page of its own without script."""
    attempt = access.seen_attempt(request, pk)
    found = get_object_or_404(Command, pk=command, attempt=attempt)
    context: dict[str, Any] = {"attempt": attempt, "command": found, "panel": changing.panel(found.changes, found.diff)}
    return render(request, "labs/changes_panel.html" if request.htmx else "labs/changes_page.html", context)  # type: ignore[attr-defined]
