"""Time in an attempt's account, as the page shows it: what comes next and when, what happened meanwhile, the way to skip ahead.

``clock.html``   clock: due (in words, "" where nothing is), changes and panel (labs.changes, of the last time that went by), notice (in
                 words), skipping, refused
"""

from __future__ import annotations

from typing import Any

from labs import actions, changes, publishing
from labs.models import Attempt
from labs.wording import duration
from labs.wording import words as ours
from sandbox.errors import LearnerError


def clock(attempt: Attempt) -> dict[str, Any]:
    """See the module's docstring."""
    sandbox = attempt.sandbox
    if sandbox is None:
        return {"due": "", "changes": {}, "panel": {}, "notice": ""}
    left, head = sandbox.due_in(), sandbox.head
    passed = head.passed
    return {
        "due": "" if left is None else duration(left),
        "changes": changes.summary(head.changes) if passed else {},
        "panel": changes.panel(head.changes, {}) if passed else {},
        "notice": ours(sandbox.notice["code"], **sandbox.notice.get("values", {})) if sandbox.notice else "",
    }


def changed(attempt: Attempt, before: dict[str, Any] | None = None) -> None:
    """Tell the pages. With ``before``: unless there is nothing else to tell than that, and from the rows as they are in memory."""
    if before is None:
        attempt = Attempt.objects.select_related("sandbox__head").get(pk=attempt.pk)
    with publishing.in_language_of(attempt):
        now = clock(attempt)
        if now != before:
            publishing.clock_changed(attempt, now)


def skip_ahead(*, attempt: Attempt) -> None:
    """Let a worker go to the account's next event. Raises LearnerError: busy, preparing, rebuilding, nothing-due."""
    if attempt.sandbox is None:
        raise LearnerError("preparing")
    if attempt.rebuilding:
        raise LearnerError("rebuilding")
    if attempt.running_command():
        raise LearnerError("busy")
    if attempt.sandbox.head.due_in is None:
        raise LearnerError("nothing-due")
    actions.wake("labs.tasks.skip_ahead", attempt.pk)
