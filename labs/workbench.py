"""The page with a console beside something to read: what it is given (labs/workbench.html), and what opening it does."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from labs import actions, clock, finishing, listening, presenting
from labs.lab.model import Lab
from labs.models import Attempt


def opened(attempt: Attempt, *, language: str, current: Callable[[], Lab]) -> Attempt:
    """Its own learner looks at it. Where its sandbox was deleted, or the worker that prepared it was lost, that is asking for a new
    one, of the ``current`` lab."""
    actions.seen(attempt=attempt, language=language)
    if attempt.ready or attempt.problem:
        return attempt
    return actions.start_attempt(user=attempt.user, lab=current(), language=language)


def context(attempt: Attempt, lab: Lab, *, readonly: bool) -> dict[str, Any]:
    """See labs.presenting; besides: urls, key (of the next command), clock, ports, finish, and ``line``: what stands in the prompt."""
    return presenting.page(lab, attempt) | {
        "attempt": attempt,
        "readonly": readonly,
        "urls": presenting.urls(attempt),
        "key": uuid.uuid4(),
        "clock": clock.clock(attempt),
        "ports": [] if readonly else listening.ports(attempt.pk),
        "finish": finishing.finish(lab, attempt),
        "line": "",
    }
