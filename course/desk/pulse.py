"""Which workers there are: each says every few seconds, in Redis, that it lives and how it is. Where Redis is away nobody is heard."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from redis.exceptions import RedisError

from labs import events
from sandbox import workers

log = logging.getLogger(__name__)
EVERY_SECONDS = 5.0
GONE_SECONDS = 30.0
KEY = "desk:workers"


@dataclass(frozen=True, slots=True)
class Worker:
    """``name``: as rows name it. ``warm``: processes held ready, of tools and of the account. ``load``: of its machine, a minute's mean."""

    name: str
    host: str
    since: float
    heard: float
    threads: int
    warm: int
    load: float
    cores: int
    versions: dict[str, str]

    @property
    def pid(self) -> str:
        return self.name.split(":")[1]


_stop = threading.Event()
_thread: threading.Thread | None = None
_threads: int | None = None


def begin(threads: int | None = None) -> None:
    """This process is a worker, of so many threads: say so until ``end``."""
    global _thread, _threads
    _threads = threads
    _stop.clear()
    _thread = threading.Thread(target=_beat, args=(time.time(),), name="desk-pulse", daemon=True)
    _thread.start()


def end() -> None:
    """It is none any more."""
    _stop.set()
    if _thread is not None:
        _thread.join(5)
    with contextlib.suppress(RedisError):
        events.client().hdel(KEY, workers.me())


def _beat(since: float) -> None:
    while True:
        say(since)
        if _stop.wait(EVERY_SECONDS):
            return


def say(since: float) -> None:
    """Once."""
    try:
        events.client().hset(KEY, workers.me(), json.dumps(_state(since)))
    except RedisError as error:
        log.debug("nobody heard that this worker lives: %s", error)


def _state(since: float) -> dict[str, Any]:
    return {
        "host": workers.host(),
        "since": since,
        "heard": time.time(),
        "threads": _threads or settings.CELERY_WORKER_CONCURRENCY,
        "warm": _below(os.getpid()),
        "load": round(os.getloadavg()[0], 2),
        "cores": len(os.sched_getaffinity(0)),
        "versions": versions(),
    }


def _below(pid: int) -> int:
    """How many processes are below: the supervisor, what it holds warm, and what runs in jails now."""
    found = 0
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children = task.read_text().split()
            found += len(children) + sum(_below(int(child)) for child in children)
    return found


def versions() -> dict[str, str]:
    """Of what the course runs on."""
    return {name: version(name) for name in ("django", "celery", "moto")} | {"awscli": _awscli()}


def _awscli() -> str:
    """It lies in the learners' own environment."""
    found = sorted(Path(settings.SANDBOX_PYTHON).glob("lib/python3*/site-packages/awscli-*.dist-info"))
    return found[-1].name.removeprefix("awscli-").removesuffix(".dist-info") if found else "–"


def alive() -> list[Worker]:
    """Those that were heard of lately; what is older is forgotten."""
    try:
        said: dict[bytes, bytes] = events.client().hgetall(KEY)  # type: ignore[assignment]
        found = [Worker(name=name.decode(), **json.loads(state)) for name, state in said.items()]
        gone = [one.name for one in found if time.time() - one.heard > GONE_SECONDS]
        if gone:
            events.client().hdel(KEY, *gone)
    except RedisError:
        return []
    return sorted((one for one in found if one.name not in gone), key=lambda one: (one.host, one.since))
