"""HTTP for who answers: the queue, one question, taking and answering it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from course.following import forks, standing
from course.helping import actions, live, presenting, proposing, queue
from course.helping.models import HelpRequest
from course.people import access
from course.people.models import Cohort
from labs import changes, wording
from labs import presenting as showing
from sandbox.errors import SandboxError


@login_required
@require_safe
def everywhere(request: HttpRequest) -> HttpResponse:
    """Of all whom one teaches."""
    access.teacher(request)
    return _queue(request, None)


@login_required
@require_safe
def of_cohort(request: HttpRequest, pk: int) -> HttpResponse:
    return _queue(request, access.cohort(request, pk))


def _queue(request: HttpRequest, cohort: Cohort | None) -> HttpResponse:
    """A page; by script what of it changes."""
    after = live.position(request.user)
    found = queue.rows(queue.questions(request.user, cohort), request.user)
    context: dict[str, Any] = {"nav": "help", "cohort": cohort, "after": after, **found}
    return render(request, "helping/queue_live.html" if _by_script(request) else "helping/queue.html", context)


def _by_script(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]


@login_required
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A question with all that it takes to answer it; by script what of it changes. ``path``: a file to show as it then was."""
    after = live.position(request.user)
    question = access.question(request, pk)
    if _by_script(request):
        return render(request, "helping/question_live.html", _asked(request, question))
    return render(request, "helping/question.html", _context(request, question, after))


def _asked(request: HttpRequest, question: HelpRequest) -> dict[str, Any]:
    """What changes while somebody looks: who has it, its answers, what became of them."""
    attempt, user = question.attempt, request.user
    lab, step = queue.where(attempt, question.step)
    return {
        "nav": "help",
        "question": presenting.question(question),
        "who": presenting.name_of(attempt.user),
        "attempt": attempt,
        "lab": lab,
        "step": step,
        "cohort": forks.cohort_of(user, attempt),
        "mine": question.taken_by_id == user.pk,
        "free": question.state == HelpRequest.State.OPEN or question.stale,
    }


def _context(request: HttpRequest, question: HelpRequest, after: str, **more: Any) -> dict[str, Any]:
    attempt, command = question.attempt, question.command
    mine = forks.open_forks(request.user, attempt)
    return {
        **_asked(request, question),
        "request_for_help": question,
        "after": after,
        "shown": showing.block(command) if command else None,
        "panel": changes.panel(command.changes, command.diff) if command and command.changes else None,
        "standing": standing.standing(attempt, question.version, request.GET.get("path", "")) if question.version else None,
        "forks": mine,
        "proposal": proposing.commands(mine),
        "text": "",
        **more,
    }


@login_required
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    question = access.question(request, pk)
    try:
        actions.take(question=question, by=request.user)
    except actions.Gone:
        _say_gone(request, pk)
    return redirect("help", pk)


@login_required
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    question = access.question(request, pk)
    try:
        actions.release(question=question, by=request.user)
    except actions.Gone:
        _say_gone(request, pk)
    return redirect("help-queue")


@login_required
@require_POST
def fork(request: HttpRequest, pk: int) -> HttpResponse:
    """Work on from where the learner asked, in a fork."""
    question = access.question(request, pk)
    try:
        made = actions.fork(question=question, by=request.user, language=get_language() or "en")
    except SandboxError as error:
        messages.error(request, wording.words(error.code, **error.values))
        return redirect("help", pk)
    return redirect("page", made.pk)


@login_required
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Fields: text, and of each command that may be proposed use-<key> and line-<key>, in their order."""
    after = live.position(request.user)
    question = access.question(request, pk)
    text, lines = request.POST.get("text", "").replace("\r\n", "\n"), proposing.chosen(request.POST)
    wrong = ""
    if not text.strip() and not lines:
        wrong = gettext("Write something, or choose commands to propose.")
    elif len(text) > proposing.TEXT_CHARS:
        wrong = gettext("That is longer than %(most)s characters.") % {"most": proposing.TEXT_CHARS}
    if wrong:
        context = _context(request, question, after, text=text, wrong=wrong)
        context["proposal"] = proposing.again(context["proposal"], request.POST)
        return render(request, "helping/question.html", context, status=422)
    tried = forks.open_forks(request.user, question.attempt) if lines else []
    try:
        actions.answer(question=question, by=request.user, text=text, lines=lines, fork=tried[0] if tried else None)
    except actions.Gone:
        _say_gone(request, pk)
    else:
        messages.success(request, gettext("Sent. The learner sees it beside the console; nothing runs unless they run it."))
    return redirect("help", pk)


def _say_gone(request: HttpRequest, pk: int) -> None:
    found = HelpRequest.objects.select_related("taken_by").get(pk=pk)
    if found.is_closed:
        messages.warning(request, gettext("The learner has closed this question meanwhile."))
    elif found.taken_by_id and found.taken_by_id != request.user.pk:
        messages.warning(request, gettext("%(who)s has taken this question.") % {"who": presenting.name_of(found.taken_by)})
    else:
        messages.warning(request, gettext("Take the question first."))
