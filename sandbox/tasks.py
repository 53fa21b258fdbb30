"""Housekeeping that beat starts."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from celery import current_app, shared_task

from sandbox.store import prune as store


@shared_task
def prune() -> None:
    """Once a day: old versions, then blobs that nothing names, then idle working copies."""
    store.prune_versions()
    store.sweep_blobs()
    store.drop_idle_copies()


current_app.conf.beat_schedule.setdefault("sandbox-prune", {"task": "sandbox.tasks.prune", "schedule": 86400.0})
