"""Keeps who is stuck: after a command or a look, and now and then for those who are silent. Safe from several processes at once: each
write is a filtered update, and only who made it tells the boards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from course.board import facts, stuck
from course.board.models import Alarm
from course.people.acts import record
from course.people.models import LEARNER, Cohort, Membership
from labs import presence
from labs.models import Attempt


def renew(attempt_id: int) -> bool:
    """Judge the attempt anew. True where its alarms changed."""
    attempt = Attempt.objects.filter(pk=attempt_id, fork_of=None).first()
    if attempt is None or not _learns(attempt.user_id):
        return False
    found = _judged(attempt)
    have = {(one.step, one.reason): one for one in Alarm.objects.filter(attempt=attempt)}
    changed = [_keep(attempt, have.get((attempt.step, one.reason)), one) for one in found]
    now = {(attempt.step, one.reason) for one in found}
    gone = [one.pk for key, one in have.items() if one.over is None and key not in now]
    return bool(gone and Alarm.objects.filter(pk__in=gone, over=None).update(over=timezone.now())) or any(changed)


def _learns(user_id: int) -> bool:
    return Membership.objects.filter(user=user_id, role=LEARNER, left=None, cohort__archived=None).exists()


def _judged(attempt: Attempt) -> list[stuck.Stuck]:
    if attempt.finished or attempt.completed or not attempt.step or (lab := facts.begun(attempt)) is None:
        return []
    try:
        return stuck.judge(facts.facts(attempt, lab), facts.patience(attempt))
    except KeyError:  # a step that the lab has no longer
        return []


def _keep(attempt: Attempt, have: Alarm | None, found: stuck.Stuck) -> bool:
    fields: dict[str, Any] = {"level": found.level, "values": found.values, "over": None}
    if have is None:
        _alarm, made = Alarm.objects.get_or_create(
            attempt=attempt, step=attempt.step, reason=found.reason, defaults={**fields, "since": found.since}
        )
        return made
    if have.over is None and (have.level, have.values) == (found.level, found.values):
        return False
    if have.over is not None:
        fields["since"] = found.since
    if have.dismissed_at and found.level > have.dismissed_level:
        fields |= {"dismissed_at": None, "dismissed_by": None, "since": found.since}
    as_it_was = Alarm.objects.filter(pk=have.pk, over=have.over, level=have.level, dismissed_at=have.dismissed_at)
    return as_it_was.update(**fields) == 1


def silent() -> list[int]:
    """The users of whom something changed by their doing nothing: they fell silent, or their silence grew."""
    now = timezone.now()
    waiting = Attempt.objects.filter(user__in=presence.online(), finished=None, completed=None, fork_of=None).exclude(step="")
    quiet = waiting.filter(last_seen__lt=now - timedelta(minutes=1)).values_list("pk", "user")
    # Who has left is no longer silent with the page open.
    left = Alarm.objects.filter(reason=stuck.SILENCE, over=None).values_list("attempt", "attempt__user")
    return [user for pk, user in {*quiet, *left} if renew(pk)]


@transaction.atomic
def dismiss(*, alarm: Alarm, by: Any, cohort: Cohort) -> bool:
    """Nothing is wrong there, or somebody sees to it."""
    here = Alarm.objects.filter(pk=alarm.pk, dismissed_at=None)
    if not here.update(dismissed_at=timezone.now(), dismissed_by=by, dismissed_level=alarm.level):
        return False
    record("alarm-dismissed", by=by, target=alarm.attempt, cohort=cohort, step=alarm.step, reason=alarm.reason)
    return True


@transaction.atomic
def bring_back(*, alarm: Alarm, by: Any, cohort: Cohort) -> bool:
    here = Alarm.objects.filter(pk=alarm.pk).exclude(dismissed_at=None)
    if not here.update(dismissed_at=None, dismissed_by=None, dismissed_level=0):
        return False
    record("alarm-back", by=by, target=alarm.attempt, cohort=cohort, step=alarm.step, reason=alarm.reason)
    return True
