"""What is known of an attempt's current step, read for ``course.board.stuck`` in four queries."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from course.board.stuck import Facts, Typed
from labs import presence, presenting
from labs.editions import lab_of
from labs.lab import catalog
from labs.lab.errors import LabError
from labs.lab.model import Lab, Patience
from labs.models import Attempt, Command, StepProgress
from sandbox.errors import Fault

LOOKED_AT = 60
"""So many of the newest commands are enough to judge by."""


def facts(attempt: Attempt, lab: Lab) -> Facts:
    """Raises KeyError where the lab has no such step."""
    step = lab.step(attempt.step)
    steps = list(attempt.steps.all())
    mine = next((one for one in steps if one.step_id == attempt.step), None) or StepProgress(step_id=attempt.step)
    began = max([attempt.started, *(one.passed_at for one in steps if one.passed_at)])
    commands = _commands(attempt, began)
    ended = [one for one in commands if one.finished]
    return Facts(
        now=timezone.now(),
        began=began,
        last=max([attempt.last_seen, *(one.ended for one in ended if one.ended)]),
        commands=tuple(_typed(one) for one in ended if one.exit_status is not None),
        tries=mine.tries,
        hints=presenting.hints_of(step),
        hints_shown=mine.hints_shown,
        solution=mine.solution_shown,
        here=attempt.user_id in presence.online() and not _elsewhere(attempt),
        running=len(ended) < len(commands),
    )


def _elsewhere(attempt: Attempt) -> bool:
    """Whether what they did last they did in another lab: who has gone on is not silent there."""
    return Attempt.objects.filter(user=attempt.user_id, last_seen__gt=attempt.last_seen).exists()


def patience(attempt: Attempt) -> Patience:
    """As the author says it now."""
    try:
        return catalog.get(attempt.lab).stuck
    except (KeyError, LabError):
        return Patience()


def begun(attempt: Attempt) -> Lab | None:
    """The lab as the attempt began it, where that can be read."""
    try:
        return lab_of(attempt)
    except Fault:
        return None


def _commands(attempt: Attempt, began: datetime) -> list[Command]:
    """Of this step, oldest first."""
    found = attempt.console().filter(queued__gt=began).exclude(message="incomplete").order_by("-number")
    fields = ("attempt_id", "number", "line", "state", "exit_status", "changes", "mistake", "queued", "ended")
    return list(found.only(*fields)[:LOOKED_AT])[::-1]


def _typed(command: Command) -> Typed:
    mistake = command.mistake.get("id", "") if command.mistake else ""
    at = command.ended or command.queued
    return Typed(command.line, command.exit_status or 0, bool(command.changes), at, mistake)
