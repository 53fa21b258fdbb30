"""HTTP for the demo cohort: how far it is."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from course.demo import showing
from course.people import access


@login_required
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel of the cohort's page, which asks for it while the demo is being made."""
    return render(request, "demo/progress.html", showing.progress(access.cohort(request, pk)))
