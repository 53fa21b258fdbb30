"""Forks: somebody's own sandbox and attempt, made from one point of another's history, to be worked in without touching that.

Nothing of the learner's is written: a fork's sandbox starts at the learner's version itself, which pruning keeps for as long as some
sandbox starts at it; the steps that had passed there are told to the fork's own rows.

So a fork holds on to what is not its owner's: there are LABS_FORKS_OPEN of one person's, and who has left one alone for LABS_FORK_DAYS
finds it closed.
"""

from __future__ import annotations

import contextlib
import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from labs.editions import lab_of
from labs.models import Attempt, Command, Passing, StepProgress
from sandbox import actions as sandboxes
from sandbox.errors import Busy, LearnerError
from sandbox.history import History
from sandbox.models import Version

log = logging.getLogger(__name__)
_AT_ONCE = 50


def version_after(attempt: Attempt, command: Command | None) -> Version:
    """What the sandbox held after ``command``; without one, at its start. Raises LearnerError version-gone where that is not kept."""
    found = command.version if command else attempt.sandbox.start if attempt.sandbox else None
    if found is None:
        raise LearnerError("version-gone")
    return found


@transaction.atomic
def fork(*, attempt: Attempt, version: Version, command: Command | None, by: Any, language: str) -> Attempt:
    """``by``'s own attempt at ``attempt``'s lab, from ``version``, which it had after ``command``. Raises Fault lab-gone, LearnerError
    forks-full."""
    get_user_model().objects.select_for_update().get(pk=by.pk)  # two at once are counted one after the other
    if open_ones(by).count() >= settings.LABS_FORKS_OPEN:
        raise LearnerError("forks-full", most=settings.LABS_FORKS_OPEN)
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


def open_ones(user: Any) -> QuerySet[Attempt]:
    """``user``'s own, the one that was made last first."""
    return Attempt.objects.filter(user=user.pk, finished=None).exclude(fork_of=None).order_by("-pk")


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


def until(fork: Attempt) -> datetime:
    """When it is closed, if nobody opens it until then."""
    return fork.last_seen + timedelta(days=settings.LABS_FORK_DAYS)


def close_untouched() -> int:
    """Those that their owners have left alone; how many. One in which a command runs goes the next time."""
    closed, cut = 0, timezone.now() - timedelta(days=settings.LABS_FORK_DAYS)
    old = Attempt.objects.filter(finished=None, last_seen__lt=cut).exclude(fork_of=None).select_related("sandbox", "user")
    for fork in old.order_by("last_seen")[:_AT_ONCE]:
        with contextlib.suppress(Busy):
            close(fork=fork)
            closed += 1
    if closed:
        log.info("%s forks were closed that nobody had opened for %s days", closed, settings.LABS_FORK_DAYS)
    return closed
