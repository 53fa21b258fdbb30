"""HTTP for the labs: catalogue, lab page, and what is posted from it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from labs import access, actions, beside, planning, presenting, wording, workbench
from labs.editions import lab_of
from labs.lab import catalog
from labs.lab.errors import LabError
from labs.lab.model import Lab, words
from labs.models import Attempt
from sandbox.errors import Fault, LearnerError


@login_required
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The labs of the learner's course and those they have begun, and how far they are in each."""
    labs, errors = catalog.everything()
    plan = planning.of(request.user)
    attempts = Attempt.objects.filter(user=request.user.pk, finished=None, fork_of=None).prefetch_related("steps")
    begun = {attempt.lab: attempt for attempt in attempts}
    shown = [lab for lab in labs if access.may_take(request.user, lab.name) and (lab.name in plan.labs or lab.name in begun)]
    cards = [_card(lab, begun.get(lab.name), plan) for lab in plan.labs.arranged(shown, lambda lab: lab.name)]
    return render(
        request, "labs/catalogue.html", {"nav": "labs", "cards": cards, "errors": errors if access.may_watch(request.user) else []}
    )


def _card(lab: Lab, attempt: Attempt | None, plan: planning.Plan) -> dict[str, Any]:
    """``due`` where it is still to be completed; ``outside``: no part of the learner's course."""
    language, track = wording.language(), presenting.track(lab, attempt)
    return {
        "name": lab.name,
        "title": words(lab.title, language),
        "about": words(lab.summary, language),
        "minutes": lab.minutes,
        "attempt": attempt,
        "track": track,
        "due": None if track["complete"] else plan.due(lab.name),
        "outside": lab.name not in plan.labs,
    }


@login_required
@require_safe
def lab(request: HttpRequest, name: str) -> HttpResponse:
    """The instructions to read before one starts; who has started goes to where they are."""
    if attempt := Attempt.objects.filter(user=request.user.pk, lab=name, finished=None, fork_of=None).first():
        return redirect("page", attempt.pk)
    found = _lab_or_404(name, request.user)
    text, about = found.in_language(wording.language()), _card(found, None, planning.of(request.user))
    context = {
        "nav": "labs",
        "readonly": True,
        "lab": about | {"intro": presenting.segments(text.intro), "notes": presenting.notes_of(found.name)},
        "steps": presenting.steps(found, None),
    }
    return render(request, "labs/overview.html", context)


@login_required
@require_POST
def start(request: HttpRequest, name: str) -> HttpResponse:
    attempt = actions.start_attempt(user=request.user, lab=_lab_or_404(name, request.user), language=get_language() or "en")
    return redirect("page", attempt.pk)


def _lab_or_404(name: str, user: Any) -> Lab:
    if not access.may_take(user, name):
        raise Http404
    try:
        return catalog.get(name)
    except (KeyError, LabError) as error:
        raise Http404 from error


@login_required
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Instructions and console. Somebody else's, or one that is closed, can only be read."""
    attempt = access.seen_attempt(request, pk)
    readonly = attempt.user_id != request.user.pk or attempt.finished is not None
    try:
        found = lab_of(attempt)
    except Fault as fault:
        messages.error(request, wording.words(fault.code))
        return redirect("attempts" if readonly else "labs")
    if not readonly:
        before, language = attempt, get_language() or "en"
        attempt = workbench.opened(before, language=language, current=lambda: _lab_or_404(before.lab, request.user))
        found = found if attempt is before else lab_of(attempt)
    return render(request, "labs/lab.html", workbench.context(attempt, found, readonly=readonly) | {"nav": "" if readonly else "labs"})


def fragments(attempt: Attempt, *, readonly: bool) -> dict[str, str]:
    """HTML of ``log``, ``second`` (the second terminal's), ``guide`` (steps and progress) and ``prompt``; whether it is ``ready``;
    ``after``: from where to follow."""
    context = workbench.context(attempt, lab_of(attempt), readonly=readonly) | {"csrf_token": "NOTPROVIDED"}
    steps = "".join(render_to_string("labs/step.html", context | {"step": step}) for step in context["steps"])
    ends = ("track", "finish") if steps else ()
    return {
        "after": context["after"],
        "ready": "ready" if attempt.usable else "",
        "log": render_to_string("labs/log.html", context),
        "second": render_to_string("labs/log.html", context | {"terminal": 2, "entries": context["second"]["entries"]}),
        "guide": steps + "".join(render_to_string(f"labs/{name}.html", context) for name in ends),
        "prompt": render_to_string("labs/acts.html", context)
        + render_to_string("labs/prompt_sign.html", context)
        + render_to_string("labs/prompt_sign.html", context | {"prompt": context["second"]["prompt"], "suffix": "-2"}),
        "clock": render_to_string("labs/clock.html", context),
        "ports": render_to_string("labs/ports.html", context),
        "beside": beside.html(context),
    }


# --- posted from the page --------------------------------------------------------------------------------------------------


@login_required
@require_POST
def commands(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a line. Fields: line, key (a uuid made by the page: the same one again runs nothing again), rows, cols, terminal."""
    attempt = access.own_attempt(request, pk)
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        key = uuid.uuid4()
    try:
        access.hold_back(request, "commands")
        rows, cols = number(request, "rows", 24), number(request, "cols", 100)
        line, terminal = request.POST.get("line", ""), number(request, "terminal", 1)
        command = actions.submit_command(attempt=attempt, line=line, key=key, rows=rows, cols=cols, terminal=terminal)
    except LearnerError as error:
        return refusal(request, attempt, error)
    if not by_script(request):
        return redirect("page", pk)
    context = {"block": presenting.block(command), "attempt": attempt, "urls": presenting.urls(attempt)}
    return render(request, "labs/block.html", context)


@login_required
@require_POST
def type_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the running program input. Fields: command, text. A form without script means a line."""
    attempt = access.own_attempt(request, pk)
    command = access.own_command(attempt, request.POST.get("command", ""))
    text = request.POST.get("text", "") + ("" if by_script(request) else "\n")
    try:
        actions.send_input(command=command, text=text)
    except LearnerError as error:
        return refusal(request, attempt, error)
    return _done(request, attempt)


@login_required
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """End the running program: ^C first, the second time for good."""
    attempt = access.own_attempt(request, pk)
    command = access.own_command(attempt, request.POST.get("command", ""))
    try:
        actions.stop_command(command=command)
    except LearnerError as error:
        return refusal(request, attempt, error)
    return _done(request, attempt)


@login_required
@require_POST
def check(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Ask a worker to look; what it finds comes by the stream."""
    attempt = access.own_attempt(request, pk)
    return _on_step(request, attempt, step, lambda: actions.check_now(attempt=attempt), checking=True)


@login_required
@require_POST
def hint(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    attempt = access.own_attempt(request, pk)
    progress = access.own_step(attempt, step)
    return _on_step(request, attempt, step, lambda: actions.show_hint(step=progress))


@login_required
@require_POST
def solution(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    attempt = access.own_attempt(request, pk)
    progress = access.own_step(attempt, step)
    return _on_step(request, attempt, step, lambda: actions.show_solution(step=progress), revealed=True)


def _on_step(
    request: HttpRequest, attempt: Attempt, step: str, act: Any, *, checking: bool = False, revealed: bool = False
) -> HttpResponse:
    """Do it and answer the step as it is then: to htmx the step alone, to a form the whole page."""
    access.own_step(attempt, step)
    refused = ""
    try:
        act()
    except LearnerError as error:
        if not request.htmx:  # type: ignore[attr-defined]
            return refusal(request, attempt, error)
        refused, checking = wording.words(error.code, **error.values), False
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("page", attempt.pk)
    shown = next((one for one in presenting.steps(lab_of(attempt), attempt) if one["id"] == step), None)
    if shown is None:
        raise Http404
    context = {"step": shown, "attempt": attempt, "urls": presenting.urls(attempt), "refused": refused, "checking": checking}
    context["revealed"] = revealed
    return render(request, "labs/step.html", context)


def refusal(request: HttpRequest, attempt: Attempt, error: LearnerError) -> HttpResponse:
    """In words: to the script as text with 409 (429 where it came too often), to a form as a message on the page."""
    sentence = wording.words(error.code, **error.values)
    if by_script(request):
        answer = HttpResponse(sentence, status=409, content_type="text/plain; charset=utf-8")
        if error.code == "too-often":
            answer.status_code, answer["Retry-After"] = 429, str(error.values["seconds"])
        return answer
    messages.error(request, sentence)
    return redirect("page", attempt.pk)


def _done(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    return HttpResponse(status=204) if by_script(request) else redirect("page", attempt.pk)


def by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def number(request: HttpRequest, name: str, otherwise: int) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else otherwise
