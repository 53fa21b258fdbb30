"""Makes the demo cohort, a turn at a time, so that whoever works waits for one short command at the most.

Everything is in rows: a turn looks what there is and does the next thing, so that any process may die at any time. Per script: its first
person plays it, the others are given copies, at last the first one's own rows get the times of the story.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from course.board import alarms, live
from course.demo import copying, people, playing
from course.demo.models import Demo, Player
from course.demo.people import Role
from course.demo.states import Story
from course.helping import actions as helping
from course.helping.models import HelpRequest
from course.models import Role as AccountRole
from course.models import User
from course.people.models import INSTRUCTOR, LEARNER, Cohort, Due, Membership
from labs import presence
from labs.models import Attempt, Command
from sandbox import workers

log = logging.getLogger(__name__)
NAME = "Demo"
YIELDS = 0.5
"""Seconds to wait where a learner's command is to run."""
AGAIN = 15.0
"""Seconds after a turn that failed, and after which one is missed."""
MOST_FAILURES = 5
JOINED = timedelta(days=8)
NEW = timedelta(hours=2)
"""So long those who are ``here`` have their pages open."""
DUE = {"console-basics": timedelta(hours=20), "heartbeat-pipeline": timedelta(days=2), "s3-storage": timedelta(days=5)}


def plan(cohort: Cohort, *, own: bool = False) -> Demo:
    """It is to be made of this cohort when ``begin`` is called."""
    return Demo.objects.create(cohort=cohort, own=own)


def begin() -> bool:
    """What is planned is made from now on; False where nothing is."""
    return Demo.objects.filter(state=Demo.State.PLANNED).update(state=Demo.State.MAKING) > 0


def make() -> bool:
    """Whatever was before: make what is missing. False where all of it is there."""
    demo = Demo.objects.first()
    if demo is None or demo.cohort is None:
        cohort = Cohort.objects.create(name=NAME, starts=timezone.localdate() - JOINED)
        _teach(cohort)
        if demo is None:
            demo = plan(cohort, own=True)
        else:
            Demo.objects.filter(pk=demo.pk).update(cohort=cohort, own=True)
    if demo.state == Demo.State.DONE:
        return False
    Demo.objects.filter(pk=demo.pk).exclude(state=Demo.State.DONE).update(state=Demo.State.MAKING, failures=0, turned=None)
    return True


def _teach(cohort: Cohort) -> None:
    teacher = User.objects.filter(username="instructor", role=AccountRole.INSTRUCTOR).first()
    if teacher is not None:
        Membership.objects.create(cohort=cohort, user=teacher, role=INSTRUCTOR)


def is_missed() -> bool:
    """It is being made, and nobody has worked at it for a while: whoever was at it is gone."""
    late = Q(turned=None) | Q(turned__lt=timezone.now() - timedelta(seconds=AGAIN))
    return Demo.objects.filter(late, state=Demo.State.MAKING).exists()


# --- a turn ----------------------------------------------------------------------------------------------------------------


def turn() -> float | None:
    """Do the next thing. Seconds until the next turn; None: it is done, or somebody else is at it."""
    demo = Demo.objects.select_related("cohort").filter(state=Demo.State.MAKING).exclude(cohort=None).first()
    if demo is None or not Demo.objects.claim(demo.pk, workers.me()):
        return None
    try:
        return YIELDS if _somebody_waits() else _next(demo)
    except Exception:
        log.exception("the demo cohort: a turn failed")
        return _failed(demo)
    finally:
        Demo.objects.release(demo.pk, workers.me())


def _somebody_waits() -> bool:
    """A real learner's command is to run, or has only just begun to."""
    just = timezone.now() - timedelta(seconds=2)
    busy = Q(state=Command.State.QUEUED) | Q(state=Command.State.RUNNING, claimed__gt=just)
    return Command.objects.filter(busy, attempt__user__player=None).exists()


def _failed(demo: Demo) -> float | None:
    failures = demo.failures + 1
    state = Demo.State.FAILED if failures >= MOST_FAILURES else Demo.State.MAKING
    Demo.objects.filter(pk=demo.pk, state=Demo.State.MAKING).update(failures=failures, state=state)
    return None if state == Demo.State.FAILED else AGAIN


def _next(demo: Demo) -> float | None:
    assert demo.cohort is not None  # noqa: S101 - asked for
    players = {one.role: one for one in Player.objects.select_related("user")}
    if not players:
        _set_dues(demo, demo.cohort)
    for script in people.script_names():
        first, *others = [one for one in people.everybody() if one.script == script]
        player = players.get(first.role) or _enter(first, demo.cohort)
        if player.done:
            continue
        left = playing.go_on(player, first, people.script_of(first))
        if left is not None:
            return left
        for role in others:
            if role.role not in players:
                _copy(demo.cohort, role, player)
                return playing.GONE_ON
        _settle(demo.cohort, first, player)
        return playing.GONE_ON
    Demo.objects.filter(pk=demo.pk, state=Demo.State.MAKING).update(state=Demo.State.DONE, made=timezone.now())
    open_pages()
    return None


def _enter(role: Role, cohort: Cohort) -> Player:
    """An account that nobody can come into: it has no password, and is switched off."""
    with transaction.atomic():
        user = User(username=f"demo-{role.role}", first_name=role.name, language=role.language, is_active=False)
        user.set_unusable_password()
        user.date_joined = timezone.now() - JOINED
        user.save()
        Membership.objects.create(cohort=cohort, user=user, role=LEARNER, joined=timezone.now() - JOINED)
        transaction.on_commit(partial(live.again, cohort.pk))
        return Player.objects.create(user=user, role=role.role, script=role.script, here=role.here)


def _set_dues(demo: Demo, cohort: Cohort) -> None:
    """Those that nobody has set. The end of the day: nothing is due at some minute."""
    for lab, later in DUE.items():
        at = timezone.localtime(timezone.now() + later).replace(hour=23, minute=59, second=0, microsecond=0)
        due, made = Due.objects.get_or_create(cohort=cohort, lab=lab, defaults={"at": at})
        if made:
            demo.dues.append(due.pk)
    Demo.objects.filter(pk=demo.pk).update(dues=demo.dues)


# --- histories -------------------------------------------------------------------------------------------------------------


def stories(role: Role, player: Player, now: datetime) -> list[Story]:
    """What ``role`` has of the attempts that ``player`` played: up to a mark, ``ago`` from ``now``; the latest last."""
    script = people.script_of(role)
    count = script.until(role.until)
    takes = list(player.takes.filter(number__lt=count))
    moments = [now - role.since - before for before in script.moments(count, role.pace)]
    found = []
    for lab in dict.fromkeys(one.lab for one in takes):
        mine = [at for at, one in enumerate(takes) if one.lab == lab]
        attempt = Attempt.objects.select_related("sandbox__start", "user").get(user=player.user, lab=lab, fork_of=None)
        found.append(Story(attempt, [takes[at] for at in mine], [moments[at] for at in mine]))
    return sorted(found, key=lambda story: story.moments[-1])


@transaction.atomic
def _copy(cohort: Cohort, role: Role, of: Player) -> None:
    player = _enter(role, cohort)
    made = [copying.copy(story, player.user, role.language) for story in stories(role, of, timezone.now())]
    _finish(cohort, role, player, made)


@transaction.atomic
def _settle(cohort: Cohort, role: Role, player: Player) -> None:
    told = stories(role, player, timezone.now())
    for story in told:
        copying.settle(story)
        story.attempt.alarms.all().delete()  # they tell of the moments at which it was played
    player.takes.all().delete()
    _finish(cohort, role, player, [Attempt.objects.get(pk=story.attempt.pk) for story in told])


def _finish(cohort: Cohort, role: Role, player: Player, attempts: list[Attempt]) -> None:
    Player.objects.filter(pk=player.pk).update(done=True)
    if role.asks:
        question = helping.ask(attempt=attempts[-1], sentence=role.asks, step="")
        HelpRequest.objects.filter(pk=question.pk).update(asked=attempts[-1].last_seen)
    for attempt in attempts:
        alarms.renew(attempt.pk)
    transaction.on_commit(partial(live.again, cohort.pk))


# --- afterwards ------------------------------------------------------------------------------------------------------------


def open_pages() -> None:
    """Those who are to be seen at work: their pages are open as long as the demo is new. Called every few seconds."""
    new = Demo.objects.filter(Q(state=Demo.State.MAKING) | Q(state=Demo.State.DONE, made__gt=timezone.now() - NEW))
    if new.exists():
        for user in Player.objects.filter(done=True, here=True).values_list("user", flat=True):
            presence.here(user)
