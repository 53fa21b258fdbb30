"""Which ports the learner's programs listen on: told to the page while something runs, which offers to show what is served there.

In Redis while the checkout is live, for pages that load then; what a worker that died left there is wrong for some minutes, and a preview
of it answers in words.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from django.conf import settings
from django.template.loader import render_to_string
from redis.exceptions import RedisError

from labs import events, publishing
from labs.models import Attempt

log = logging.getLogger(__name__)


class Listened(Protocol):
    """What of a live checkout is needed here."""

    def listened(self, told: Callable[[list[int]], object], /) -> contextlib.AbstractContextManager[None]: ...


@contextlib.contextmanager
def told(attempt: Attempt, live: Listened) -> Iterator[None]:
    """While the block runs the attempt's pages hear of the ports, and ``is_running`` is true of it."""
    told_any = False

    def tell(ports: list[int]) -> None:
        nonlocal told_any
        told_any = True
        with publishing.in_language_of(attempt):
            _tell(attempt, ports)

    _keep(attempt.pk, [])
    try:
        with live.listened(tell):
            yield
    finally:
        with contextlib.suppress(RedisError):
            events.client().delete(_key(attempt.pk))
        if told_any:
            tell([])


def is_running(attempt_id: int) -> bool:
    """Whether anything runs that could listen. Raises RedisError."""
    return bool(events.client().exists(_key(attempt_id)))


def ports(attempt_id: int) -> list[int]:
    """Those that are listened on now; none where Redis is away."""
    try:
        found: Any = events.client().get(_key(attempt_id))
    except RedisError:
        return []
    return [int(port) for port in json.loads(found)] if found else []


def _tell(attempt: Attempt, ports: list[int]) -> None:
    if ports:
        _keep(attempt.pk, ports)
    html = render_to_string("labs/ports.html", {"attempt": attempt, "ports": ports})
    events.publish(attempt.pk, "ports", html=html)


def _keep(attempt_id: int, ports: list[int]) -> None:
    try:
        events.client().set(_key(attempt_id), json.dumps(ports), ex=settings.SANDBOX_WALL_SECONDS + 60)
    except RedisError as error:
        log.warning("the ports of attempt %s were not kept: %s", attempt_id, error)


def _key(attempt_id: int) -> str:
    return f"ports:{attempt_id}"
