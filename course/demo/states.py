"""What an attempt is like at one moment, as JSON: enough to tell later of any moment what was there, and since when.

``step``, ``completed``, ``console_from``, ``undone`` (numbers of commands), ``head`` and ``tip`` (versions), ``steps`` (a dict each);
``newest``: the greatest key of each kind of row there was. Rows are never changed but for what stands here, so what has a key beyond
it came later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from course.demo.models import Take
from labs.models import Attempt, Passing
from sandbox.models import Version

STEP = ("step_id", "state", "outcome", "seen", "tries", "hints_shown", "solution_shown", "points", "version_id")


def state(attempt: Attempt) -> dict[str, Any]:
    attempt = Attempt.objects.select_related("sandbox").get(pk=attempt.pk)
    sandbox = attempt.sandbox
    assert sandbox is not None  # noqa: S101 - nothing is played before it is there
    return {
        "step": attempt.step,
        "completed": attempt.completed is not None,
        "console_from": attempt.console_from,
        "undone": list(attempt.commands.filter(undone=True).values_list("number", flat=True)),
        "head": sandbox.head_id,
        "tip": sandbox.tip_id,
        "steps": list(attempt.steps.values(*STEP)),
        "newest": {
            "command": _newest(attempt.commands, "number"),
            "event": _newest(attempt.step_events),
            "move": _newest(attempt.moves),
            "passing": _newest(Passing.objects.filter(step__attempt=attempt)),
            "version": _newest(Version.objects.filter(sandbox=sandbox)),
        },
    }


def _newest(rows: Any, key: str = "pk") -> int:
    return rows.aggregate(newest=Max(key))["newest"] or 0


@dataclass(frozen=True)
class Story:
    """One attempt of who played, up to some moment: its takes, and when each was."""

    attempt: Attempt
    takes: Sequence[Take]
    moments: Sequence[datetime]

    @property
    def state(self) -> dict[str, Any]:
        return dict(self.takes[-1].state)

    def when(self, kind: str, key: int) -> datetime | None:
        """When that row came; None: not yet."""
        return next((at for take, at in zip(self.takes, self.moments, strict=True) if take.state["newest"][kind] >= key), None)

    def completed(self) -> datetime | None:
        """When the last step passed, if it has."""
        if not self.state["completed"]:
            return None
        open_ = [at for take, at in zip(self.takes, self.moments, strict=True) if not take.state["completed"]]
        return next(at for at in self.moments if not open_ or at > open_[-1])
