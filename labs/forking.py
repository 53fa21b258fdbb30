"""Forks: somebody's own sandbox and attempt, made from one point of another's history, to be worked in without touching that.

Nothing of the learner's is written: a fork's sandbox starts at the learner's version itself, which pruning keeps for as long as some
sandbox starts at it; the steps that had passed there are told to the fork's own rows.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from labs.editions import lab_of
from labs.models import Attempt, Command, Passing, StepProgress
from sandbox import actions as sandboxes
from sandbox.errors import Busy, LearnerError
from sandbox.history import History
from sandbox.models import Version


def version_after(attempt: Attempt, command: Command | None) -> Version:
    """What the sandbox held after ``command``; without one, at its start. Raises LearnerError version-gone where that is not kept."""
    found = command.version if command else attempt.sandbox.start if attempt.sandbox else None
    if found is None:
        raise LearnerError("version-gone")
    return found


@transaction.atomic
def fork(*, attempt: Attempt, version: Version, command: Command | None, by: Any, language: str) -> Attempt:
    """``by``'s own attempt at ``attempt``'s lab, from ``version``, which it had after ``command``. Raises Fault lab-gone."""
    lab, clock_rate = lab_of(attempt), attempt.sandbox.clock_rate if attempt.sandbox else 1.0
    sandbox = sandboxes.create_sandbox(owner=by, start=version, label=attempt.lab, clock_rate=clock_rate)
    made = Attempt.objects.create(
        user=by, lab=attempt.lab, content_hash=attempt.content_hash, language=language[:2], sandbox=sandbox, fork_of=attempt,
        fork_command=command,
    )  # fmt: skip
    passed = _passed(attempt, version)
    for step in lab.steps:
        progress = StepProgress.objects.create(attempt=made, step_id=step.id)
        if step.id in passed:
            progress.complete(points=0, version=version)
    made.step = next((step.id for step in lab.steps if step.id not in passed), "")
    made.completed = timezone.now() if lab.steps and not made.step else None
    made.save(update_fields=["step", "completed"])
    return made


def _passed(attempt: Attempt, version: Version) -> set[str]:
    """The steps that had passed where ``version`` stood: at it, or at what it came of."""
    line = set(History(attempt.sandbox).line(version.pk)) if attempt.sandbox else {version.pk}
    return set(Passing.objects.filter(step__attempt=attempt, version__in=line).values_list("step__step_id", flat=True))


def close(*, fork: Attempt) -> None:
    """Delete its sandbox, and let go of the learner's version; what was typed in it stays to be read. Raises Busy."""
    if fork.running_command():
        raise Busy("busy")
    if fork.sandbox is not None:
        sandboxes.delete(sandbox=fork.sandbox, by=fork.user)
    with transaction.atomic():
        Passing.objects.filter(step__attempt=fork).delete()
        fork.steps.update(version=None)
        fork.moves.update(version=None)
        Attempt.objects.filter(pk=fork.pk, finished=None).update(finished=timezone.now(), sandbox=None)
