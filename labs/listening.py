"""Which ports the learner's programs listen on: told to the page while something runs, which offers to show what is served there.

In Redis while the checkout is live, for pages that load then; what a worker that died leaves there the sweeper takes away.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from django.template.loader import render_to_string
from redis.exceptions import RedisError

from labs import events, publishing
from labs.models import Attempt

LIFE_SECONDS = 24 * 3600
"""Longer than anything runs."""
log = logging.getLogger(__name__)


class Listened(Protocol):
    """What of a live checkout is needed here."""

    def listened(self, told: Callable[[list[int]], object], /) -> contextlib.AbstractContextManager[None]: ...


@contextlib.contextmanager
def told(attempt: Attempt, live: Listened) -> Iterator[None]:
    """While the block runs the attempt's pages hear of the ports, and ``is_running`` is true of it."""
    _keep(attempt.pk, [])
    try:
        with live.listened(functools.partial(_tell, attempt)):
            yield
    finally:
        forget(attempt)


def forget(attempt: Attempt) -> None:
    """Nothing runs any more; the pages that were told otherwise hear of it."""
    try:
        found: Any = events.client().getdel(_key(attempt.pk))
    except RedisError:
        return
    if found and json.loads(found):
        _publish(attempt, [])


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
    _keep(attempt.pk, ports)
    _publish(attempt, ports)


def _publish(attempt: Attempt, ports: list[int]) -> None:
    with publishing.in_language_of(attempt):
        html = render_to_string("labs/ports.html", {"attempt": attempt, "ports": ports})
    events.publish(attempt.pk, "ports", html=html)


def _keep(attempt_id: int, ports: list[int]) -> None:
    try:
        events.client().set(_key(attempt_id), json.dumps(ports), ex=LIFE_SECONDS)
    except RedisError as error:
        log.warning("the ports of attempt %s were not kept: %s", attempt_id, error)


def _key(attempt_id: int) -> str:
    return f"ports:{attempt_id}"
