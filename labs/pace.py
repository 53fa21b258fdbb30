"""How long a learner has been at a lab: the time between two things they did, without the pauses.

Typing a command, asking for a hint, opening the page: a pause longer than ``PAUSE`` counts as that long, and not at all when it ends
with opening the page: somebody was away then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from labs.models import Attempt

PAUSE = timedelta(minutes=10)
SHOWN_FROM = 60
"""Seconds: less than a minute is not worth saying."""


def touch(attempt: Attempt, *, arrives: bool = False) -> None:
    """The learner is here. A lab that is completed counts no more time, one of which a part is undone does again."""
    now = timezone.now()
    # Two at once: the second finds another last_seen, and its moment is in the first one's already.
    here = Attempt.objects.filter(pk=attempt.pk, last_seen=attempt.last_seen)
    here.update(last_seen=now, spent=F("spent") + (0 if attempt.completed else _counted(attempt.last_seen, now, arrives)))
    attempt.last_seen = now


def _counted(before: datetime, now: datetime, arrives: bool) -> int:
    gap = max(now - before, timedelta())
    if gap > PAUSE:
        gap = timedelta() if arrives else PAUSE
    return round(gap.total_seconds())


def words(seconds: int) -> str:
    """In the active language, in minutes: 1 h 5 min."""
    minutes = seconds // 60
    if minutes < 60:
        return ngettext("%(minutes)s min", "%(minutes)s min", minutes) % {"minutes": minutes}
    return gettext("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}
