"""Help that costs: asked before it is shown."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from labs import access, presenting
from labs.editions import lab_of


@login_required
@require_safe
def ask_solution(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """What showing the solution costs, and that it cannot be taken back: for the dialog, or as a page of its own."""
    attempt = access.own_attempt(request, pk)
    access.own_step(attempt, step)
    shown = next((one for one in presenting.steps(lab_of(attempt), attempt) if one["id"] == step), None)
    if shown is None:
        raise Http404
    template = "labs/solution_ask.html" if request.htmx else "labs/solution_page.html"  # type: ignore[attr-defined]
    return render(request, template, {"attempt": attempt, "step": shown})
