"""The end of a lab: what was done, what it gave, how long it took, and where to go next."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from labs import access, pace, planning, presenting
from labs.lab import catalog
from labs.lab.model import Lab, words
from labs.models import Attempt, StepProgress
from labs.wording import language


def finish(lab: Lab, attempt: Attempt) -> dict[str, Any]:
    """See ``labs.presenting``: ``finish.html``. Only ``complete`` where it is not."""
    track = presenting.track(lab, attempt)
    if not track["complete"] or attempt.is_fork:
        return {"complete": False}
    found = {progress.step_id: progress for progress in attempt.steps.all()}
    text = lab.in_language(language())
    return {
        "complete": True,
        "rows": [_row(lab, number, found[step.id]) for number, step in enumerate(lab.steps, 1)],
        "got": track["got"],
        "points": track["points"],
        "spent": pace.words(max(60, attempt.spent)),
        "minutes": lab.minutes,
        "commands": attempt.commands.count(),
        "next": _next(lab, attempt),
        "end": presenting.segments(text.end.segments) if text.end else [],
    }


def _row(lab: Lab, number: int, progress: StepProgress) -> dict[str, Any]:
    step = lab.steps[number - 1]
    return {
        "title": lab.section(step.id, language()).title,
        "got": progress.points or 0,
        "points": step.points,
        "hints": progress.hints_shown,
        "solution": progress.solution_shown,
    }


def _next(lab: Lab, attempt: Attempt) -> dict[str, str] | None:
    """The first lab after this one in the learner's course, else before it, that they have not completed."""
    plan = planning.of(attempt.user)
    taken = [one for one in catalog.everything()[0] if one.steps and one.name in plan.labs and access.may_take(attempt.user, one.name)]
    labs = plan.labs.arranged(taken, lambda one: one.name)
    names = [one.name for one in labs]
    at = names.index(lab.name) + 1 if lab.name in names else 0
    done = set(Attempt.objects.filter(user=attempt.user_id, fork_of=None).exclude(completed=None).values_list("lab", flat=True))
    for one in [*labs[at:], *labs[: max(0, at - 1)]]:
        if one.name not in done and one.name != lab.name:
            return {"title": words(one.title, language()), "url": reverse("lab", args=[one.name])}
    return None
