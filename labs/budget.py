"""How much of the workers' time one learner may use. Labs do not know: the site says (LABS_BUDGET)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import import_string

from labs import wording
from sandbox.errors import LearnerError

_NEARLY_A_MINUTE = timedelta(minutes=1) - timedelta.resolution


@dataclass(frozen=True, slots=True)
class Budget:
    """Of one window of time, ``per`` hour or day: seconds ``used`` and ``left`` in it. ``free``: when there is some again."""

    per: str
    used: float
    left: float
    free: datetime


def hold(user: Any) -> None:
    """Raises LearnerError budget-hour or budget-day at who has used up theirs.

    Asked in the transaction that queues a command, so that what the site locks is held until the command counts.
    """
    path = getattr(settings, "LABS_BUDGET", "")
    found: Budget | None = import_string(path)(user, timezone.now()) if path else None
    if found is not None and found.left <= 0:
        raise LearnerError(f"budget-{found.per}", used=wording.duration(found.used), free=_clock(found.free))


def _clock(moment: datetime) -> str:
    """The minute that has begun by then, which is never earlier; the time alone where that is today's."""
    here = timezone.localtime(moment + _NEARLY_A_MINUTE)
    today = here.date() == timezone.localdate()
    return date_format(here, "TIME_FORMAT" if today else "SHORT_DATETIME_FORMAT")
