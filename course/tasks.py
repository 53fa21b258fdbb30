"""What is done for the site now and then."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from celery import current_app, shared_task

from course import guests

GUESTS_SECONDS = 120.0


@shared_task(expires=GUESTS_SECONDS)
def end_guests() -> None:
    """Take away the guests whose time is over."""
    guests.end_expired()


current_app.conf.beat_schedule.setdefault("course-guests", {"task": "course.tasks.end_guests", "schedule": GUESTS_SECONDS})
