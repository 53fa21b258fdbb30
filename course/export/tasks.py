"""What is carried out by itself: accounts whose day is over, and what was kept long enough."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from celery import current_app, shared_task

from course.export import leaving, retention

LEAVING_SECONDS = 300.0
RETENTION_SECONDS = 3600.0


@shared_task(expires=LEAVING_SECONDS)
def carry_out_leaving() -> None:
    """Delete the accounts that are due."""
    leaving.carry_out_due()


@shared_task(expires=RETENTION_SECONDS)
def carry_out_retention() -> None:
    """Let a batch of what was kept long enough go."""
    retention.carry_out()


current_app.conf.beat_schedule.setdefault("course-leaving", {"task": "course.export.tasks.carry_out_leaving", "schedule": LEAVING_SECONDS})
current_app.conf.beat_schedule.setdefault(
    "course-retention", {"task": "course.export.tasks.carry_out_retention", "schedule": RETENTION_SECONDS}
)
