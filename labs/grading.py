"""After a commit the current step's checks look at the value; a step that passes hands on to the next."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from labs.lab.model import Check, Lab, Step
from labs.lab.specs import KINDS
from labs.looking import Context, LastCommand, Look, Value, look
from labs.models import Attempt, StepEvent, StepProgress
from sandbox.models import Version
from sandbox.plain import plain

log = logging.getLogger(__name__)
EVERYTHING = frozenset({"files", "cloud", "shell", "command", "anything"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """``outcome``: pass, not-yet or error; ``looks``: one a check, up to the first that did not pass."""

    outcome: str
    looks: tuple[Look, ...]


def judge(step: Step, value: Value, last: LastCommand | None) -> Judgement:
    """Look at ``value`` with the checks of ``step`` in turn. Writes nothing."""
    context = Context(value, last)
    looks: list[Look] = []
    for check in step.checks:
        looks.append(look(check, context))
        if looks[-1].kind != "pass":
            return Judgement("error" if looks[-1].kind == "error" else "not-yet", tuple(looks))
    return Judgement("pass", tuple(looks))


def touched(changes: dict[str, Any], *, new_version: bool) -> frozenset[str]:
    """What a command may have changed, in the terms of ``Kind.looks_at``. The shell and the last command always are others."""
    areas = {"shell", "command"}
    if new_version:
        areas |= {"anything", *(area for area in ("files", "cloud") if changes.get(area))}
    return frozenset(areas)


def _looks_at(checks: tuple[Check, ...]) -> set[str]:
    return {area for check in checks for area in (_looks_at(check.any_of) if check.any_of else {KINDS[check.kind].looks_at})}


def grade(
    attempt: Attempt, lab: Lab, value: Value, *, last: LastCommand | None, version: Version, areas: frozenset[str] = EVERYTHING
) -> bool:
    """Complete the current step if it passes, and then those after it that pass already. True where anything changed on the page."""
    changed = False
    while attempt.step:
        step = lab.step(attempt.step)
        if not areas & _looks_at(step.checks):
            return changed
        judgement = judge(step, value, last)
        if _keep(attempt, lab, step, judgement, version):
            changed = True
            _log(attempt, step, judgement)
        if judgement.outcome != "pass":
            return changed
        areas = EVERYTHING  # nobody has looked with the next step's checks yet
    return changed


def _log(attempt: Attempt, step: Step, judgement: Judgement) -> None:
    """What broke in looking, where it is news: not again after each command that finds the check as broken as before."""
    for found in (one.broken for one in judgement.looks if one.broken):
        facts = {"attempt": attempt.pk, "lab": attempt.lab, "step": step.id, **found.facts()}
        log.error("a check broke, which is our fault", extra={"facts": facts})


@transaction.atomic
def _keep(attempt: Attempt, lab: Lab, step: Step, judgement: Judgement, version: Version) -> bool:
    progress, _created = StepProgress.objects.select_for_update().get_or_create(attempt=attempt, step_id=step.id)
    if judgement.outcome != "pass":
        looks = plain([one.as_dict() for one in judgement.looks])
        same = (progress.outcome, progress.seen) == (judgement.outcome, looks)
        progress.looked(judgement.outcome, looks)
        if not same:
            StepEvent.objects.create(attempt=attempt, step_id=step.id, what=judgement.outcome, seen=looks)
        return not same
    progress.complete(points=_points(attempt, step, progress), version=version)
    StepEvent.objects.create(attempt=attempt, step_id=step.id, what=StepEvent.What.PASSED)
    follower = lab.next_after(step.id)
    attempt.step = follower.id if follower else ""
    if follower is None:
        attempt.completed = timezone.now()
    attempt.save(update_fields=["step", "completed"])
    return True


def _points(attempt: Attempt, step: Step, progress: StepProgress) -> int:
    """A fork earns its owner nothing."""
    return 0 if attempt.is_fork else step.points - (progress.price(step.solution_cost) if progress.solution_shown else 0)
