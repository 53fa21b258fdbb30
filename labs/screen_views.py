"""HTTP for the screen of a running program. Its keys are posted as any input is."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from labs import access, actions
from labs.views import number


@login_required
@require_POST
def size(request: HttpRequest, pk: int) -> HttpResponse:
    """The page has room for so many rows and columns. Fields: command, rows, cols."""
    attempt = access.own_attempt(request, pk)
    command = access.own_command(attempt, request.POST.get("command", ""))
    actions.resize(command=command, rows=number(request, "rows", 24), cols=number(request, "cols", 100))
    return HttpResponse(status=204)
