"""Counters that several processes share: in Redis, which may begin anew, as Prometheus expects of counters.

Commands are counted from their rows, by when they ended, a little behind: what is being written at this moment is counted the next time.
Nothing is counted in a learner's way.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from redis.exceptions import RedisError, WatchError

from labs import events
from labs.models import Command

log = logging.getLogger(__name__)
KEY, UNTIL = "desk:tallies", "desk:tallies:until"
BEHIND = timedelta(seconds=10)
BUCKETS = (50, 100, 200, 300, 500, 1_000, 2_000, 5_000, 10_000, 30_000)
"""Of the time to the first output, in milliseconds."""
FINAL = (Command.State.DONE, Command.State.LOST, Command.State.REFUSED)


def count() -> int:
    """Commands that have ended since the last time. Several workers at once count each once. How many; 0 where Redis is away."""
    until = timezone.now() - BEHIND
    try:
        with events.client().pipeline() as pipe:
            pipe.watch(UNTIL)  # type: ignore[no-untyped-call]
            known: Any = pipe.get(UNTIL)
            since = datetime.fromtimestamp(float(known), UTC) if known else None
            found = _ended(since, until) if since else Counter[str]()
            pipe.multi()
            pipe.set(UNTIL, until.timestamp())
            for name, more in found.items():
                pipe.hincrby(KEY, name, more)
            pipe.execute()
    except WatchError:
        return 0  # another worker was quicker
    except RedisError as error:
        log.warning("commands were not counted: %s", error)
        return 0
    return sum(more for name, more in found.items() if name.startswith("commands|"))


def _ended(since: datetime, until: datetime) -> Counter[str]:
    found: Counter[str] = Counter()
    ended = Command.objects.filter(state__in=FINAL, ended__gt=since, ended__lte=until)
    for state, lab, first in ended.values_list("state", "attempt__lab", "first_output_ms"):
        found[f"commands|{state}|{lab}"] += 1
        if state == Command.State.DONE and first is not None:
            found[f"first|{next((limit for limit in BUCKETS if first <= limit), 'more')}"] += 1
            found["first_sum"] += first
    return found


def erred(source: str) -> None:
    """An error was logged."""
    events.client().hincrby(KEY, f"errors|{source}", 1)


def known() -> dict[str, int]:
    """Everything that is counted; empty where Redis is away."""
    try:
        found: dict[bytes, bytes] = events.client().hgetall(KEY)  # type: ignore[assignment]
    except RedisError:
        return {}
    return {name.decode(): int(value) for name, value in found.items()}


def rates(hours: int) -> dict[str, int]:
    """Of the last hours: how many commands ended, and how many of them were lost or refused, and did not end well (``failed``)."""
    since = timezone.now() - timedelta(hours=hours)
    return Command.objects.filter(ended__gte=since).aggregate(
        ended=Count("pk"),
        failed=Count("pk", filter=Q(state=Command.State.DONE) & ~Q(exit_status=0)),
        lost=Count("pk", filter=Q(state=Command.State.LOST)),
        refused=Count("pk", filter=Q(state=Command.State.REFUSED)),
    )


def queued() -> tuple[int, float]:
    """Commands that wait for a worker, and since how many seconds the first of them does."""
    first = list(Command.objects.filter(state=Command.State.QUEUED).order_by("queued").values_list("queued", flat=True))
    return len(first), max(0.0, time.time() - first[0].timestamp()) if first else 0.0
