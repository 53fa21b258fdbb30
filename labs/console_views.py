"""HTTP for the console's line and blocks: completion, and the whole output of a command."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from labs import access, completing, whole
from labs.plain_text import plain
from sandbox.errors import Fault

log = logging.getLogger(__name__)


@login_required
@require_POST
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """What the word before the cursor may become, as ``labs.completing.complete`` says. Fields: line, terminal. Posted, for a line may
    hold a secret."""
    attempt = access.own_attempt(request, pk)
    return JsonResponse(completing.complete(attempt, request.POST.get("line", ""), 2 if request.POST.get("terminal") == "2" else 1))


@login_required
@require_safe
def output(request: HttpRequest, pk: int, command: int) -> HttpResponse:
    """All that is kept of a command's output, to download as text. Instructors may as well."""
    found = access.own_command(access.seen_attempt(request, pk), str(command))
    try:
        text = plain(whole.read(found))
    except Fault:
        log.exception("command %s: its output cannot be read", found.pk)
        text = plain(bytes(found.output))
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="command-{found.number}.txt"'
    return answer
