"""HTTP for the console's line and blocks: completion, and the whole output of a command."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from labs import access, completing


@login_required
@require_POST
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """What the word before the cursor may become, as ``labs.completing.complete`` says. Posted, for a line may hold a secret."""
    attempt = access.own_attempt(request, pk)
    return JsonResponse(completing.complete(attempt, request.POST.get("line", "")))
