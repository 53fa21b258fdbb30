"""What workers do for the demo cohort, after everything else."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from typing import Any

from celery import current_app, shared_task
from celery.signals import worker_ready
from django.conf import settings

from course.demo import making

LOOK_SECONDS = 5.0
LAST = 9
"""The lowest of the broker's priorities: what others wait for comes first."""


@shared_task
def go_on() -> None:
    """One turn, and the next."""
    left = making.turn()
    if left is not None:
        go_on.apply_async(countdown=left, priority=LAST)


@shared_task(expires=LOOK_SECONDS)
def look() -> None:
    """Go on where nobody does; those who are at work are seen."""
    if making.is_missed():
        go_on.apply_async(priority=LAST)
    making.open_pages()


@worker_ready.connect
def _ready(**_: Any) -> None:
    if settings.DEMO:
        look.apply_async(priority=LAST)


if settings.DEMO:
    current_app.conf.beat_schedule.setdefault("course-demo", {"task": "course.demo.tasks.look", "schedule": LOOK_SECONDS})
