"""How long things are kept (KEEP_DAYS_…; 0: for ever). The days count from the end of the last of somebody's cohorts.

| what | goes |
|---|---|
| output | what commands printed and what they changed in files |
| commands | commands, closed questions and the sandbox of an attempt, which is closed; its progress stays |
| inactive | the account, if nobody has used it for as long, and its owner was told KEEP_DAYS_TOLD days before (0: is not told) |

Whoever is in a cohort that has not ended, or was never in one, keeps everything. So does an attempt that somebody has used within those
days, one with a question that is open, one that is forked now, and one of which an administrator has pinned a version.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from course.export import leaving, telling
from course.export.models import ApiToken
from course.helping.models import HelpRequest
from course.models import Role, User
from course.people.models import INSTRUCTOR, Membership
from labs.models import Attempt, Command, Passing
from sandbox import actions as sandboxes
from sandbox.errors import Busy

log = logging.getLogger(__name__)
BATCH = {"output": 1_000, "commands": 100, "told": 50, "inactive": 20, "tokens": 1_000}
"""Of rows, attempts, people who are told, accounts and tokens: so many a run, so that no run takes long."""
TOKEN_DAYS = 90
"""A token that lets nobody in any more is shown for so long."""


def _days() -> dict[str, int]:
    inactive, before = settings.KEEP_DAYS_INACTIVE, settings.KEEP_DAYS_TOLD
    return {
        "output": settings.KEEP_DAYS_OUTPUT,
        "commands": settings.KEEP_DAYS_COMMANDS,
        "told": max(1, inactive - before) if inactive and before else 0,
        "inactive": inactive,
        "tokens": TOKEN_DAYS,
    }


def due(now: datetime | None = None) -> dict[str, int]:
    """How many rows, attempts, accounts and tokens would go, and people be told, now. Nothing is touched."""
    now = now or timezone.now()
    return {what: _DUE[what](now - timedelta(days=days)).count() if days else 0 for what, days in _days().items()}


def carry_out(now: datetime | None = None) -> dict[str, int]:
    """A batch of each; how many went. The next run goes on."""
    now, gone = now or timezone.now(), {}
    if days := _days()["told"]:
        telling.forget_others(_unused(now - timedelta(days=days)))
    for what, days in _days().items():
        gone[what] = _GO[what](_DUE[what](now - timedelta(days=days)).order_by("pk")[: BATCH[what]]) if days else 0
    if any(gone.values()):
        log.info("kept long enough: %s", ", ".join(f"{many} {what}" for what, many in gone.items() if many))
    return gone


# --- what is due -----------------------------------------------------------------------------------------------------------


def _over(cut: datetime) -> QuerySet[User]:
    """Learners all of whose cohorts had ended by then; an archived one without a last day ended when it was archived."""
    ended = Q(cohort__ends__lt=timezone.localtime(cut).date()) | Q(cohort__ends=None, cohort__archived__lt=cut)
    mine = Membership.objects.filter(user=OuterRef("pk"))
    teaches = Q(role=INSTRUCTOR)
    return User.objects.filter(Exists(mine), ~Exists(mine.exclude(ended)), ~Exists(mine.filter(teaches)), role=Role.LEARNER)


def _attempts(cut: datetime) -> QuerySet[Attempt]:
    """Those of theirs that nobody needs."""
    asked = HelpRequest.objects.not_closed().filter(attempt=OuterRef("pk"))
    forked = Attempt.objects.filter(fork_of=OuterRef("pk"), finished=None)
    running = Command.objects.unfinished().filter(attempt=OuterRef("pk"))
    stale = Attempt.objects.filter(user__in=_over(cut).values("pk"), fork_of=None, last_seen__lt=cut)
    return stale.filter(~Exists(asked), ~Exists(forked), ~Exists(running)).exclude(sandbox__versions__pinned=True)


def _outputs(cut: datetime) -> QuerySet[Command]:
    said = ~Q(output=b"") | ~Q(whole="") | ~Q(diff={})
    return Command.objects.filter(said, attempt__in=_attempts(cut).values("pk"))


def _used_up(cut: datetime) -> QuerySet[Attempt]:
    commands = Command.objects.filter(attempt=OuterRef("pk"))
    return _attempts(cut).filter(Exists(commands) | Q(sandbox__isnull=False))


def _unused(cut: datetime) -> QuerySet[User]:
    used = Q(last_login__gte=cut) | Q(date_joined__gte=cut)
    seen = Attempt.objects.filter(user=OuterRef("pk"), last_seen__gte=cut)
    asked = HelpRequest.objects.not_closed().filter(attempt__user=OuterRef("pk"))
    return _over(cut).exclude(used).filter(~Exists(seen), ~Exists(asked))


def _untold(cut: datetime) -> QuerySet[User]:
    return _unused(cut).filter(deletion_notice=None)


def _told(cut: datetime) -> QuerySet[User]:
    """Those who have known it for long enough."""
    now = cut + timedelta(days=settings.KEEP_DAYS_INACTIVE)
    return _unused(cut).filter(deletion_notice__in=telling.long_enough(now)) if settings.KEEP_DAYS_TOLD else _unused(cut)


def _dead_tokens(cut: datetime) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(Q(expires__lt=cut) | Q(revoked__lt=cut))


# --- and how it goes -------------------------------------------------------------------------------------------------------


def _empty(commands: QuerySet[Command]) -> int:
    pks = list(commands.values_list("pk", flat=True))
    return Command.objects.filter(pk__in=pks).update(output=b"", whole="", output_bytes=0, screen={}, diff={})


def _clear(attempts: QuerySet[Attempt]) -> int:
    gone = 0
    for attempt in attempts.select_related("sandbox"):
        with contextlib.suppress(Busy):
            _close(attempt)
            gone += 1
    return gone


def _close(attempt: Attempt) -> None:
    """Raises Busy where somebody came back to it just now."""
    Attempt.objects.filter(pk=attempt.pk, finished=None).update(finished=timezone.now())
    if attempt.sandbox is not None:
        sandboxes.delete(sandbox=attempt.sandbox, by="retention")
    with transaction.atomic():
        # What led to versions lets go of them, so that pruning finds them.
        Passing.objects.filter(step__attempt=attempt).delete()
        attempt.steps.update(version=None, seen=[])
        attempt.moves.all().delete()
        attempt.step_events.all().delete()
        attempt.help_requests.all().delete()
        attempt.commands.all().delete()


def _leave(users: QuerySet[User]) -> int:
    gone = 0
    for user in users:
        with contextlib.suppress(Busy):
            gone += leaving.carry_out(user)
    return gone


def _drop(tokens: QuerySet[ApiToken]) -> int:
    return ApiToken.objects.filter(pk__in=list(tokens.values_list("pk", flat=True))).delete()[0]


_DUE: dict[str, Callable[[datetime], QuerySet[Any]]] = {
    "output": _outputs, "commands": _used_up, "told": _untold, "inactive": _told, "tokens": _dead_tokens,
}  # fmt: skip
_GO: dict[str, Callable[[QuerySet[Any]], int]] = {
    "output": _empty, "commands": _clear, "told": telling.tell, "inactive": _leave, "tokens": _drop,
}  # fmt: skip
