"""Takes the demo away again: its people with all that is theirs, and nothing of anybody else's."""

from __future__ import annotations

import time

from django.db import transaction
from django.utils import timezone

from course.board import live
from course.demo.models import Demo, Player
from course.models import User
from course.people.models import Due
from labs.models import Attempt
from sandbox import actions as sandboxes
from sandbox import workers
from sandbox.errors import Busy
from sandbox.models import Sandbox
from sandbox.store import prune

TURN_SECONDS = 20.0


def remove() -> int:
    """How many people went. Raises Busy while a command of theirs runs; what went until then is gone, and the rest goes the next time."""
    demo = Demo.objects.select_related("cohort").first()
    if demo is None:
        return 0
    Demo.objects.filter(pk=demo.pk).update(state=Demo.State.REMOVED)  # no turn begins any more
    _until_idle(demo)
    gone = 0
    for player in Player.objects.select_related("user"):
        _take_away(player.user)
        gone += 1
    Due.objects.filter(pk__in=demo.dues).delete()
    cohort = demo.cohort
    if cohort is not None and demo.own and not cohort.members("learner").exists():
        cohort.delete()
    elif cohort is not None:
        live.again(cohort.pk)
    Demo.objects.filter(pk=demo.pk).update(dues=[], made=None)
    prune.prune_versions()  # those of the sandboxes that are gone
    return gone


def _until_idle(demo: Demo) -> None:
    """The turn that may be under way comes to its end."""
    end = time.monotonic() + TURN_SECONDS
    while (worker := Demo.objects.values_list("worker", flat=True).get(pk=demo.pk)) and not workers.is_gone(worker):
        if time.monotonic() > end:
            raise Busy("busy")
        time.sleep(0.1)  # its row is the only thing to watch


def _take_away(user: User) -> None:
    user.attempts.filter(finished=None).update(finished=timezone.now())  # no new sandbox is made meanwhile
    forks = Attempt.objects.filter(fork_of__user=user).values("sandbox")
    for sandbox in [*user.sandboxes.all(), *Sandbox.objects.filter(pk__in=forks)]:
        sandboxes.delete(sandbox=sandbox, by="the demo's removal")
    with transaction.atomic():
        user.delete()
