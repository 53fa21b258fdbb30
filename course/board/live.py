"""Tells open boards what changed: a row's HTML in the cohort's stream, at most once a second a learner, and only while somebody looks.

``changed`` may be called from anywhere, as often as one likes: a thread of this process does the work, and a key in Redis keeps the
processes from doing it all at once. Events of ``cohort-<pk>``: ``row`` {user, rows: {view: html}}; ``again`` (the page takes
everything anew, and is authorised anew); ``reload``. A *view* is what one page shows: ``en:`` or, of one lab alone, ``en:heartbeat``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable

from django.db import close_old_connections, connection
from django.utils import translation
from redis.exceptions import RedisError

from course.board import grid, rows
from course.people.models import LEARNER, Cohort
from labs import events, presence
from labs.stream import AGAIN

log = logging.getLogger(__name__)

WATCHED_SECONDS = 60.0
"""A page says every 15 seconds that it is there; the page's HTML is there before its stream is."""
GATE_MS = 1000
_HERE = "board:here"
_ANY = "board:any"
"""There is a page that shows a board."""


def name(cohort: int) -> str:
    return f"cohort-{cohort}"


def view(language: str, lab: str = "") -> str:
    return f"{language}:{lab}"


def watch(cohort: int, of: str) -> None:
    """Somebody looks at this view of it."""
    now = time.time()
    key = f"board:{{{cohort}}}"
    try:
        pipe = events.client().pipeline()
        pipe.set(_ANY, 1, ex=int(WATCHED_SECONDS))
        pipe.zadd(key, {of: now})
        pipe.zremrangebyscore(key, "-inf", now - WATCHED_SECONDS)
        pipe.expire(key, 2 * int(WATCHED_SECONDS))
        pipe.execute()
    except RedisError:
        return


def watched(cohort: int) -> list[str]:
    """The views of it that somebody looks at. Raises RedisError."""
    found: list[bytes] = events.client().zrangebyscore(f"board:{{{cohort}}}", time.time() - WATCHED_SECONDS, "+inf")  # type: ignore[assignment]
    return [one.decode() for one in found]


def publish(user: int) -> None:
    """The learner's rows, to the boards that somebody looks at. Raises RedisError where Redis is away."""
    for cohort in Cohort.objects.filter(memberships__user=user, memberships__role=LEARNER, memberships__left=None, archived=None):
        if views := watched(cohort.pk):
            html = _render(cohort, user, views)
            if html:
                events.publish(name(cohort.pk), "row", user=user, rows=html)


def _render(cohort: Cohort, user: int, views: Iterable[str]) -> dict[str, str]:
    labs = grid.labs_of(cohort)
    known = grid.read(cohort, labs, user)
    found: dict[str, str] = {}
    for one in views:
        language, _, lab = one.partition(":")
        with translation.override(language):
            chosen = [each for each in labs if each.name == lab] if lab else labs
            for row in grid.rows(known, chosen):
                found[one] = rows.row(row, rows.Place(cohort.pk, lab))
    return found


def came_or_went() -> set[int]:
    """The users who have a page open since the last look, or have no more. Of several processes that ask at once one is told."""
    now = presence.online()
    try:
        pipe = events.client().pipeline()  # one transaction
        pipe.smembers(_HERE)
        pipe.delete(_HERE)
        if now:
            pipe.sadd(_HERE, *now)
        before = {int(one) for one in pipe.execute()[0]}
    except RedisError:
        return set()
    return before ^ now


def again(cohort: int) -> None:
    """Who is in it, or who may look, is another now."""
    events.publish(name(cohort), AGAIN)


def reload(cohort: int) -> None:
    """Its columns are others now."""
    events.publish(name(cohort), "reload")


def changed(user: int) -> None:
    """Something of the learner changed."""
    _publisher.add(user)


class _Publisher:
    """A thread that ends when it has had nothing to do for a while."""

    IDLE_SECONDS = 30.0

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._due: dict[int, float] = {}
        self._thread: threading.Thread | None = None

    def add(self, user: int, after: float = 0.0) -> None:
        with self._change:
            due = time.monotonic() + after
            self._due[user] = min(due, self._due.get(user, due))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="board", daemon=True)
                self._thread.start()
            self._change.notify()

    def _run(self) -> None:
        try:
            while (user := self._next()) is not None:
                self._publish(user)
        finally:
            connection.close()

    def _next(self) -> int | None:
        with self._change:
            idle = time.monotonic() + self.IDLE_SECONDS
            while True:
                now = time.monotonic()
                user = min(self._due, key=self._due.__getitem__, default=None)
                if user is not None and self._due[user] <= now:
                    del self._due[user]
                    return user
                if user is None and now >= idle:
                    self._thread = None
                    return None
                self._change.wait((idle if user is None else self._due[user]) - now)

    def _publish(self, user: int) -> None:
        try:
            if not events.client().exists(_ANY):
                return
            if wait := _gate(user):
                self.add(user, wait)
            else:
                close_old_connections()
                publish(user)
        except RedisError as error:  # pages find what they missed when they find the stream again
            log.warning("a row of the board was not published: %s", error)
        except Exception:
            log.exception("the row of learner %s was not published", user)


def _gate(user: int) -> float:
    """0.0: go through, and shut it for a second. Else the seconds until it opens. Raises RedisError."""
    key = f"board:gate:{user}"
    if events.client().set(key, 1, nx=True, px=GATE_MS):
        return 0.0
    left = int(events.client().pttl(key))
    return max(left, 1) / 1000


_publisher = _Publisher()
