"""Instructors look at what learners do, and change nothing by looking."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Max, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from labs import access, wording
from labs.lab import catalog
from labs.lab.model import words
from labs.models import Attempt, Command


@login_required
@require_safe
def attempts(request: HttpRequest) -> HttpResponse:
    """The open attempts of those whom one may watch, the one last used first. Guests come and go unwatched."""
    access.watcher(request)
    labs, _errors = catalog.everything()
    titles = {lab.name: words(lab.title, wording.language()) for lab in labs}
    points = {lab.name: lab.points for lab in labs}
    found = (
        Attempt.objects.filter(access.watched(request.user), finished=None)
        .exclude(user__role="guest")
        .select_related("user")
        .prefetch_related("steps", Prefetch("commands", Command.objects.unfinished().defer("output"), to_attr="running"))
        .annotate(typed=Count("commands"), last_typed=Max("commands__queued"))
    )
    rows = [_row(attempt, titles.get(attempt.lab, attempt.lab), points.get(attempt.lab, 0)) for attempt in found[:500]]
    return render(request, "labs/attempts.html", {"nav": "attempts", "rows": rows})


def _row(attempt: Any, title: str, points: int) -> dict[str, Any]:
    steps = list(attempt.steps.all())
    return {
        "attempt": attempt,
        "title": title,
        "passed": sum(step.passed for step in steps),
        "steps": len(steps),
        "got": sum(step.points or 0 for step in steps if step.passed),
        "points": points,
        "typed": attempt.typed,
        "last": attempt.last_typed or attempt.started,
        "running": bool(attempt.running),
    }
