"""A learner's own progress: every lab, its steps, points, help used, time, and the way back in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from labs import access, pace, planning, presenting, wording
from labs.editions import lab_of
from labs.lab import catalog
from labs.lab.model import Lab, words
from labs.models import Attempt
from sandbox.errors import Fault


@login_required
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """The visitor's own and nobody else's: there is no address that names another."""
    attempts, plan = latest(request.user), planning.of(request.user)
    rows = _rows(request.user, attempts, plan)
    stepped = [row for row in rows if row["track"]["steps"]]
    total = {
        "labs": len(stepped),
        "completed": sum(row["track"]["complete"] for row in stepped),
        "got": sum(row["track"]["got"] for row in stepped),
        "points": sum(row["track"]["points"] for row in stepped),
        "spent": pace.words(max(60, sum(attempt.spent for attempt in attempts.values()))),
    }
    first = next((row for row in rows if row["state"] == "new"), None)
    context = {"nav": "progress", "rows": rows, "total": total, "begun": attempts, "first": first, "plan": plan}
    return render(request, "labs/progress.html", context)


def latest(user: Any) -> dict[str, Attempt]:
    """Of each lab the open attempt, else the one closed last."""
    found: dict[str, Attempt] = {}
    for attempt in Attempt.objects.filter(user=user.pk, fork_of=None).order_by("last_seen").prefetch_related("steps"):
        if attempt.lab not in found or found[attempt.lab].finished or not attempt.finished:
            found[attempt.lab] = attempt
    return found


def _rows(user: Any, attempts: dict[str, Attempt], plan: planning.Plan) -> list[dict[str, Any]]:
    """The labs of their course in its order, then others that they began, at last those begun that the catalogue has no longer."""
    labs, _errors = catalog.everything()
    shown = [lab for lab in labs if access.may_take(user, lab.name) and (lab.name in plan.labs or lab.name in attempts)]
    rows = [_row(lab, attempts.get(lab.name), plan) for lab in plan.labs.arranged(shown, lambda lab: lab.name)]
    known = {lab.name for lab in labs}
    return rows + [row for name, attempt in attempts.items() if name not in known and (row := _gone(attempt, plan))]


def _row(lab: Lab, attempt: Attempt | None, plan: planning.Plan) -> dict[str, Any]:
    name = lab.name
    if attempt is not None:
        lab = _as_begun(attempt) or lab
    language, track = wording.language(), presenting.track(lab, attempt)
    found = {one.step_id: one for one in attempt.steps.all()} if attempt else {}
    return {
        "name": lab.name,
        "title": words(lab.title, language),
        "minutes": lab.minutes,
        "attempt": attempt,
        "spent": pace.words(max(60, attempt.spent)) if attempt else "",
        "track": track,
        "state": _state(track, attempt),
        "due": None if track["complete"] else plan.due(name),
        "outside": name not in plan.labs,
        "resume": resume(attempt) if attempt else "",
        "steps": [_step(lab, number, found.get(step.id)) for number, step in enumerate(lab.steps, 1)] if attempt else [],
    }


def _state(track: dict[str, Any], attempt: Attempt | None) -> str:
    if attempt is None:
        return "new"
    return "done" if track["complete"] else "closed" if attempt.finished else "open"


def resume(attempt: Attempt) -> str:
    """The lab's page, at the step to do now."""
    return reverse("page", args=[attempt.pk]) + (f"#step-{attempt.step}" if attempt.step else "")


def _step(lab: Lab, number: int, progress: Any) -> dict[str, Any]:
    step = lab.steps[number - 1]
    passed = bool(progress and progress.passed)
    return {
        "id": step.id,
        "title": lab.section(step.id, (get_language() or "en")).title,
        "number": number,
        "passed": passed,
        "current": bool(progress and progress.attempt.step == step.id) and not passed,
        "got": progress.points or 0 if passed else 0,
        "points": step.points,
        "hints": progress.hints_shown if progress else 0,
        "solution": bool(progress and progress.solution_shown),
        "passed_at": progress.passed_at if passed else None,
    }


def _as_begun(attempt: Attempt) -> Lab | None:
    try:
        return lab_of(attempt)
    except Fault:
        return None


def _gone(attempt: Attempt, plan: planning.Plan) -> dict[str, Any] | None:
    lab = _as_begun(attempt)
    return _row(lab, attempt, plan) if lab else None
