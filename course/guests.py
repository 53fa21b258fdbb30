"""People without an account: one playground for some hours. A guest is a user like any other, so that becoming a learner changes a name."""

from __future__ import annotations

import contextlib
import logging
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_logged_out
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from course.models import Guest, Role, User
from labs import actions
from sandbox import actions as sandboxes
from sandbox.errors import Busy, LearnerError

log = logging.getLogger(__name__)
RATE_HOURS = 1
# Becoming a learner is possible until the end, by the clock of another machine maybe; only later is anything taken away.
_GRACE = timedelta(minutes=1)


class Refused(Exception):
    """``code``: full (all places are taken), often (too many from one network within the hour)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def welcome(*, network: str) -> User:
    """A new guest, from the network with this pseudonym. Raises Refused."""
    # This row is the lock under which guests are counted.
    ContentType.objects.select_for_update().get(pk=ContentType.objects.get_for_model(Guest).pk)
    now = timezone.now()
    if Guest.objects.filter(network=network, since__gt=now - timedelta(hours=RATE_HOURS)).count() >= settings.GUESTS_AN_HOUR:
        raise Refused("often")
    # One who has left holds the place until their sandbox is gone.
    if Guest.objects.filter(user__role=Role.GUEST).count() >= settings.GUESTS_AT_ONCE:
        raise Refused("full")
    name = f"guest-{secrets.token_hex(4)}"
    user = User.objects.create(username=name, password=make_password(None), role=Role.GUEST)
    Guest.objects.create(user=user, network=network, until=now + timedelta(hours=settings.GUEST_HOURS))
    return user


@transaction.atomic
def keep(*, user: User, name: str, password: str, first_name: str = "", email: str = "") -> bool:
    """The guest becomes a learner with this name and password; everything is theirs as it was. False: their time was over."""
    now = timezone.now()
    if not Guest.objects.filter(user=user, user__role=Role.GUEST, until__gt=now).update(kept=now):
        return False
    user.username, user.role, user.date_joined = name, Role.LEARNER, now
    user.first_name, user.email = first_name, email
    user.set_password(password)
    user.save()
    return True


def end_expired() -> int:
    """Take away the guests whose time is over, with their sandboxes. One that is still busy is stopped, and goes the next time."""
    now, ended = timezone.now(), 0
    for guest in Guest.objects.filter(user__role=Role.GUEST, until__lt=now - _GRACE).select_related("user"):
        with contextlib.suppress(Busy):
            _end(guest)
            ended += 1
    # Who came from where is kept no longer than it is counted.
    Guest.objects.exclude(user__role=Role.GUEST).filter(since__lt=now - timedelta(hours=RATE_HOURS)).delete()
    return ended


def _end(guest: Guest) -> None:
    user = guest.user
    assert user is not None  # noqa: S101 - the query's condition
    user.attempts.filter(finished=None).update(finished=timezone.now())  # so that nobody makes it a new sandbox meanwhile
    for attempt in user.attempts.all():
        for command in attempt.commands.unfinished():
            with contextlib.suppress(LearnerError):
                actions.stop_command(command=command)
    for sandbox in user.sandboxes.all():
        sandboxes.delete(sandbox=sandbox, by="housekeeping")
    user.delete()
    log.info("guest %s has ended", user.username)


@receiver(user_logged_out)
def left(sender: Any, user: User | None, **_: Any) -> None:
    """A guest who signs out has no way back."""
    if user is not None and user.role == Role.GUEST:
        Guest.objects.filter(user=user).update(until=timezone.now())
