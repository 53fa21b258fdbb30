"""Deleting an account: asked for, a day to change one's mind, then carried out."""

from __future__ import annotations

import contextlib
import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.translation import gettext_noop

from course.export.models import Leaving
from course.models import Role, User
from course.people.acts import record
from course.people.models import Act, Cohort
from labs import actions
from labs.models import Attempt
from sandbox import actions as sandboxes
from sandbox.errors import Busy, LearnerError

log = logging.getLogger(__name__)
DELETED = gettext_noop("deleted person")
AT_ONCE = 20
_ABOUT_COHORTS = ("cohort-made", "cohort-changed", "cohort-archived", "cohort-reopened", "dues-set", "imported")


class LastAdmin(Exception):
    """Nobody would be left who could run the site."""


@transaction.atomic
def ask(*, user: User) -> Leaving:
    """Raises LastAdmin. Asked again it stays due when it was."""
    if user.role == Role.ADMIN and not _others(user):
        raise LastAdmin
    found, _made = Leaving.objects.get_or_create(user=user)
    return found


def change_mind(*, user: User) -> bool:
    """False: nothing was to be deleted."""
    return Leaving.objects.filter(user=user).delete()[0] > 0


def _others(user: User) -> bool:
    """Whether an administrator stays; the rows are locked, so that of the last two at once one does."""
    admins = User.objects.select_for_update(of=("self",)).filter(role=Role.ADMIN, is_active=True).order_by("pk")
    return any(pk != user.pk and leaving is None for pk, leaving in admins.values_list("pk", "leaving"))


def carry_out_due(now: datetime | None = None) -> int:
    """Those whose day is over, so many at once. One whose sandbox is busy is stopped, and goes the next time."""
    gone = 0
    due = Leaving.objects.filter(deletion_due__lte=now or timezone.now()).select_related("user").order_by("deletion_due")
    for leaving in due[:AT_ONCE]:
        with contextlib.suppress(Busy):
            gone += carry_out(leaving.user)
    return gone


def carry_out(user: User) -> bool:
    """Sandboxes, attempts, answers, questions, tokens: all of it goes. False where they turned out to be the last administrator.

    Raises Busy; what went until then is gone, and the rest goes the next time.
    """
    with transaction.atomic():
        if user.role == Role.ADMIN and not User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=user.pk).exists():
            Leaving.objects.filter(user=user).delete()
            log.warning("%s is the last administrator and was not deleted", user.username)
            return False
        User.objects.filter(pk=user.pk).update(is_active=False)  # nobody comes in any more
        user.attempts.filter(finished=None).update(finished=timezone.now())  # nor is a new sandbox made meanwhile
    # The forks that others made of their work are their work, too.
    for attempt in [*user.attempts.select_related("sandbox"), *Attempt.objects.filter(fork_of__user=user).select_related("sandbox")]:
        _end(attempt)
    for sandbox in user.sandboxes.all():
        sandboxes.delete(sandbox=sandbox, by="leaving")
    with transaction.atomic():
        _forget_name(user)
        for cohort in Cohort.objects.filter(memberships__user=user, memberships__left=None):
            record("account-deleted", by=DELETED, cohort=cohort)
        user.delete()
    log.info("an account was deleted")
    return True


def _end(attempt: Attempt) -> None:
    busy = False
    for command in attempt.commands.unfinished():
        busy = True
        with contextlib.suppress(LearnerError):
            actions.stop_command(command=command)
    if busy and attempt.running_command():
        raise Busy("busy")
    if attempt.sandbox is not None:
        sandboxes.delete(sandbox=attempt.sandbox, by="leaving")


def _forget_name(user: User) -> None:
    """In the record of acts, as who did it and as to whom."""
    name = user.get_username()
    Act.objects.filter(by=user).update(by_name=DELETED)
    about = Act.objects.exclude(what__in=_ABOUT_COHORTS)
    about.filter(target=name).update(target=DELETED)
    # “name · lab”: an attempt of theirs.
    rest = Substr(F("target"), len(name) + 1)
    about.filter(target__startswith=f"{name} · ").update(target=Concat(Value(DELETED), rest))
    for act in Act.objects.filter(what="imported", cohort__memberships__user=user):
        act.details = _without(act.details, name)
        act.save(update_fields=["details"])


def _without(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(one, name) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, name) for one in value]
    return DELETED if value == name else value
