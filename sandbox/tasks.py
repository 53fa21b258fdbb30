"""What a worker does for sandboxes besides commands: it looks whether it may run any, and keeps house."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

import logging
from typing import Any

from celery import current_app, shared_task
from celery.signals import worker_init

from sandbox import actions, runtime, waking
from sandbox.store import prune as store

log = logging.getLogger(__name__)
WAKE_SECONDS = 2.0


@worker_init.connect
def refuse_an_unsafe_machine(**_: Any) -> None:
    """Before it takes work: starts the supervisor, whose canary tries to get out. A worker whose jails leak does not start."""
    if problems := runtime.supervisor().problems:
        for problem in problems:
            log.critical("%s -> %s", problem["detail"], problem["remedy"])
        raise SystemExit("This worker can't run sandboxes safely and does not start; `python3 manage.py doctor` shows all requirements.")


@shared_task
def prune() -> None:
    """Once a day: abandoned sandboxes, old versions, then blobs that nothing names, then idle working copies."""
    actions.delete_abandoned()
    store.prune_versions()
    store.sweep_blobs()
    store.drop_idle_copies()


@shared_task(expires=WAKE_SECONDS)
def wake_due() -> None:
    """Every few seconds: hand out the sandboxes in which something is due."""
    for pk in waking.claim_due():
        wake.delay(str(pk))


@shared_task
def wake(pk: str) -> None:
    """Let what is due in one sandbox happen."""
    waking.wake(pk)


current_app.conf.beat_schedule.setdefault("sandbox-wake", {"task": "sandbox.tasks.wake_due", "schedule": WAKE_SECONDS})
current_app.conf.beat_schedule.setdefault("sandbox-prune", {"task": "sandbox.tasks.prune", "schedule": 86400.0})
