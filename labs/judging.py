"""The current step is looked at: after a command, when time has gone by in the account, and when somebody asks."""

from __future__ import annotations

import contextlib
import logging
import time

from labs import clock, grading, happening, joining, publishing
from labs.editions import lab_of
from labs.ending import not_opened
from labs.looking import LastCommand
from labs.models import Attempt, Command
from labs.plain_text import plain
from sandbox import waking
from sandbox.checkout import Live, checkout
from sandbox.errors import Busy, SandboxError
from sandbox.models import Sandbox, Version

log = logging.getLogger(__name__)


def grade(attempt: Attempt, live: Live, last: LastCommand | None, version: Version, areas: frozenset[str]) -> None:
    attempt.refresh_from_db(fields=["step", "completed", "content_hash"])
    try:
        lab = lab_of(attempt)
        if grading.grade(attempt, lab, live, last=last, version=version, areas=areas):
            publishing.guide_changed(lab, attempt)
    except Exception:  # the command is done and kept; a look that failed changes nothing of it
        log.exception("attempt %s could not be graded", attempt.pk)


def looked(live: Live, version: Version) -> None:
    """``version`` was made by no command: something due has happened, or a visit. The current step is looked at, the pages are told."""
    for attempt in Attempt.objects.select_related("sandbox").filter(sandbox=live.sandbox, finished=None):
        with publishing.in_language_of(attempt):
            grade(attempt, live, _last(attempt), version, grading.touched(version.changes, new_version=True))
            if version.title:
                publishing.prompt_changed(attempt)
        clock.changed(attempt)
        happening.told("looked", attempt.pk)


def check(attempt_id: int) -> None:
    """Look at the current step now. What it finds reaches the page as an event."""
    attempt = Attempt.objects.select_related("sandbox").get(pk=attempt_id)
    if attempt.sandbox is None:
        return
    with publishing.in_language_of(attempt):
        try:
            with contextlib.ExitStack() as stack:
                live = held(stack, attempt.sandbox)
                grade(attempt, live, _last(attempt), live.head, grading.EVERYTHING)
        except SandboxError as error:  # the page still says "looking": what it says then is the last look's finding
            not_opened(attempt, error)
        finally:
            publishing.guide_changed(lab_of(attempt), attempt)
            happening.told("looked", attempt.pk)


def skip(attempt_id: int) -> None:
    """Go to the next event of the attempt's account. What happens then reaches the page by ``time_passed``."""
    attempt = Attempt.objects.select_related("sandbox").get(pk=attempt_id)
    if attempt.sandbox is None:
        return
    try:
        with contextlib.ExitStack() as stack:
            waking.advance(held(stack, attempt.sandbox), skip=True)
    except SandboxError as error:
        not_opened(attempt, error)
    finally:
        clock.changed(attempt)


def held(stack: contextlib.ExitStack, sandbox: Sandbox) -> Live:
    """Check out ``sandbox`` until ``stack`` ends, waiting a little for whoever holds it. Raises Busy, Fault."""
    end = time.monotonic() + joining.WAIT_SECONDS
    while True:
        try:
            return stack.enter_context(checkout(sandbox))
        except Busy:
            if time.monotonic() > end:
                raise
            time.sleep(0.005)


def _last(attempt: Attempt) -> LastCommand | None:
    last = attempt.console().filter(state=Command.State.DONE, undone=False).order_by("-number").first()
    if last is None:
        return None
    return LastCommand(last.line, last.exit_status or 0, plain(bytes(last.output)), last.changes | {"diff": last.diff})
