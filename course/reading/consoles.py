"""The console beside a note: the reader's own playground. Whether it is open is remembered in the session."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest

from labs import access, actions, wording, workbench
from labs.editions import lab_of
from labs.lab import catalog
from labs.lab.errors import LabError
from labs.lab.model import Lab
from labs.models import Attempt
from sandbox.errors import Fault

_OPEN, _LINE = "note_console", "note_line"


def playground() -> Lab | None:
    try:
        return catalog.get(settings.COURSE_PLAYGROUND)
    except (KeyError, LabError):
        return None


def may_open(user: Any) -> bool:
    return user.is_authenticated and access.may_take(user, settings.COURSE_PLAYGROUND)


def remember(request: HttpRequest, *, opened: bool, line: str = "") -> None:
    """``line``: stands in the prompt of the next page, and is not run."""
    request.session[_OPEN] = opened
    request.session.pop(_LINE, None)
    if opened and line.strip():
        request.session[_LINE] = line.replace("\r\n", "\n")[: actions.MAX_LINE]


def context(request: HttpRequest, language: str) -> dict[str, Any] | None:
    """What labs/workbench.html is given, if the reader wants a console and has one."""
    if not (may_open(request.user) and request.session.get(_OPEN)):
        return None
    lab = playground()
    mine = Attempt.objects.filter(user=request.user.pk, lab=settings.COURSE_PLAYGROUND, finished=None)
    attempt = mine.select_related("sandbox", "user").first()
    if lab is None or attempt is None:
        return None
    attempt = workbench.opened(attempt, language=language, current=lambda: lab)
    try:
        found = lab_of(attempt)
    except Fault as fault:
        messages.error(request, wording.words(fault.code))
        return None
    line = request.session.get(_LINE, "")
    if attempt.usable:  # until then the page comes anew when it is
        request.session.pop(_LINE, None)
    return workbench.context(attempt, found, readonly=False) | {"line": line}
