"""What is done for the site now and then."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from typing import Any

from celery import current_app, shared_task
from celery.signals import worker_ready
from django.conf import settings

from course import guests
from course.board import happening
from course.demo import tasks as demo_tasks  # noqa: F401 - Celery looks for tasks here
from course.desk import tasks as desk_tasks  # noqa: F401 - Celery looks for tasks here
from course.export import tasks as export_tasks  # noqa: F401 - Celery looks for tasks here
from course.people import welcome
from course.reading import search_index

GUESTS_SECONDS = 120.0
SEARCH_SECONDS = 60.0
BOARD_SECONDS = 30.0


@shared_task(expires=GUESTS_SECONDS)
def end_guests() -> None:
    """Take away the guests whose time is over."""
    guests.end_expired()


@shared_task(expires=SEARCH_SECONDS)
def renew_search() -> None:
    """Let search find what notes and labs say now."""
    search_index.renew()


@shared_task(expires=BOARD_SECONDS)
def look_at_silence() -> None:
    """Tell the boards who fell silent, and who came or left."""
    happening.quietly()


@shared_task(expires=3600)
def write_forgotten(email: str, site: str, language: str) -> None:
    """Somebody has forgotten their password; maybe nobody has this address."""
    welcome.forgotten(email=email, site=site, language=language)


@worker_ready.connect
def _ready(**_: Any) -> None:
    renew_search.delay()


current_app.conf.beat_schedule.setdefault("course-guests", {"task": "course.tasks.end_guests", "schedule": GUESTS_SECONDS})
current_app.conf.beat_schedule.setdefault("course-board", {"task": "course.tasks.look_at_silence", "schedule": BOARD_SECONDS})
if settings.LOCAL:  # elsewhere the files are those that a worker started with
    current_app.conf.beat_schedule.setdefault("course-search", {"task": "course.tasks.renew_search", "schedule": SEARCH_SECONDS})
