"""HTTP for time in the account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from labs import access, clock, presenting, wording
from sandbox.errors import LearnerError


@login_required
@require_POST
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a worker to go to the account's next event; what happens comes by the stream."""
    attempt = access.own_attempt(request, pk)
    refused = ""
    try:
        clock.skip_ahead(attempt=attempt)
    except LearnerError as error:
        refused = wording.words(error.code, **error.values)
        if not request.htmx:  # type: ignore[attr-defined]
            messages.error(request, refused)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("page", pk)
    return render(
        request,
        "labs/clock.html",
        {
            "clock": clock.clock(attempt) | {"refused": refused, "skipping": not refused},
            "attempt": attempt,
            "urls": presenting.urls(attempt),
        },
    )
