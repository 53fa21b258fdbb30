"""Questions as plain values, for templates.

``panel.html``, ``answers.html``  question: state ending sentence asked step number line taken_by answers moved unseen
                                  answers: by at html commands[id line declined run{number ok url}]
"""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from course.helping.models import HelpAnswer, HelpRequest
from course.reading.markdown import render
from labs.models import Attempt, Command
from labs.undoing import short


def name_of(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user is not None else gettext("an instructor")


def question(found: HelpRequest) -> dict[str, Any]:
    """See the module's docstring."""
    answers = list(found.answers.select_related("by").prefetch_related("commands"))
    ran = _run(found.attempt, answers)
    return {
        "pk": found.pk,
        "state": found.state,
        "ending": found.get_ending_display() if found.ending else "",
        "sentence": found.sentence,
        "asked": found.asked,
        "step": found.step,
        "number": found.command.number if found.command else 0,
        "line": short(found.command.line) if found.command else "",
        "taken_by": name_of(found.taken_by) if found.taken_by_id else "",
        "answers": [_answer(one, ran) for one in answers],
        "moved": _moved(found, {line for line, _ in ran}),
        "unseen": found.state == HelpRequest.State.ANSWERED and found.seen is None,
    }


def _answer(answer: HelpAnswer, ran: dict[tuple[str, int], Command]) -> dict[str, Any]:
    return {
        "by": name_of(answer.by),
        "at": answer.at,
        "html": text(answer.text),
        "commands": [
            {"id": one.pk, "line": one.line, "declined": one.declined, "run": _ran(ran.get((one.line, answer.pk)))}
            for one in answer.commands.all()
        ],
    }


def text(markdown: str) -> SafeString:
    return mark_safe(render(markdown)) if markdown else mark_safe("")  # noqa: S308 - sanitised by course.reading.markdown


def _ran(command: Command | None) -> dict[str, Any] | None:
    if command is None:
        return None
    return {"id": command.pk, "number": command.number, "running": not command.finished, "ok": command.exit_status == 0}


def _run(attempt: Attempt, answers: list[HelpAnswer]) -> dict[tuple[str, int], Command]:
    """By line and answer, the first command since then with that very line: what was proposed has been run."""
    lines = {command.line for answer in answers for command in answer.commands.all()}
    if not lines:
        return {}
    since = attempt.commands.filter(line__in=lines, queued__gte=answers[0].at).order_by("number")
    found: dict[tuple[str, int], Command] = {}
    for command in since.only("pk", "number", "line", "state", "exit_status", "queued", "attempt_id"):
        for answer in answers:
            if command.queued >= answer.at:
                found.setdefault((command.line, answer.pk), command)
    return found


def _moved(found: HelpRequest, proposed: set[str]) -> str:
    """How far the sandbox has moved on since it was asked, in words; empty where it has not. What was proposed does not count."""
    sandbox = found.attempt.sandbox
    if found.version_id is None or sandbox is None or sandbox.head_id == found.version_id:
        return ""
    since = found.attempt.commands.filter(queued__gt=found.asked).exclude(line__in=proposed).count()
    if since:
        return ngettext(
            "The sandbox has moved on since the question: %(n)s command has been run.",
            "The sandbox has moved on since the question: %(n)s commands have been run.",
            since,
        ) % {"n": since}
    if found.attempt.moves.filter(at__gt=found.asked).exists():
        return gettext("The sandbox stands at another point than when the question was asked.")
    return ""
