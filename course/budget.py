"""What a learner may take of the workers' time (LABS_BUDGET): so many seconds of running commands in an hour, and in a day.

Counted from the rows of the commands themselves, in windows that slide, so that it is right after any restart.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, Sum

from course.models import Role, User
from labs.budget import Budget
from labs.models import Command

WINDOWS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
_FREE = {Role.INSTRUCTOR, Role.ADMIN}
HELD_MS = 1000
"""What a command that has not ended counts at least: of two terminals that come at once for the last second, one gets it."""


def left(user: Any, now: datetime) -> Budget | None:
    """The window that is emptiest; None for whom nothing is counted. In a transaction: the learner's row is locked until its end."""
    caps = {"hour": settings.WORKER_SECONDS_HOUR * 1000, "day": settings.WORKER_SECONDS_DAY * 1000}
    if user.role in _FREE or not any(caps.values()):
        return None
    # Two labs of one learner have no other row in common.
    User.objects.select_for_update().values_list("pk").get(pk=user.pk)
    mine = Command.objects.filter(attempt__user=user.pk)
    ended = mine.filter(ended__gt=now - WINDOWS["day"])
    used = ended.aggregate(hour=Sum("duration_ms", filter=Q(ended__gt=now - WINDOWS["hour"])), day=Sum("duration_ms"))
    running = sum(_running(mine.filter(ended=None).unfinished(), now))
    found = [_budget(per, cap, (used[per] or 0) + running, ended, now) for per, cap in caps.items() if cap]
    return min(found, key=lambda one: one.left)


def _running(commands: Any, now: datetime) -> Iterator[int]:
    for claimed, took in commands.values_list("claimed", "duration_ms"):
        yield max(HELD_MS, took or (round((now - claimed).total_seconds() * 1000) if claimed else 0))


def _budget(per: str, cap: int, used: int, ended: Any, now: datetime) -> Budget:
    free = now if used < cap else _free(ended.filter(ended__gt=now - WINDOWS[per]), used - cap, now, WINDOWS[per])
    return Budget(per, used / 1000, (cap - used) / 1000, free)


def _free(ended: Any, over: int, now: datetime, window: timedelta) -> datetime:
    """When enough of it is as old as the window. What runs now holds until it has ended: soon, as far as one can tell."""
    for at, took in ended.exclude(duration_ms=None).order_by("ended").values_list("ended", "duration_ms").iterator():
        over -= took
        if over < 0:
            free: datetime = at + window
            return free
    return now + timedelta(minutes=1)
