"""The Celery application: ``celery -A course``."""

from __future__ import annotations

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, task_postrun, task_prerun, worker_ready
from django.conf import settings

from course import logs, stores

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "course.settings")
app = Celery("course")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _hold(**_: Any) -> None:
    from course.backup import running  # noqa: PLC0415 - needs the apps to be there

    stores.hold(settings.DATABASES["default"])
    running.hold()


def _log(loglevel: int | str | None = None, **_: Any) -> None:
    """As the site logs, instead of in Celery's own way."""
    logging.config.dictConfig(settings.LOGGING)
    if loglevel:
        logging.getLogger().setLevel(loglevel)


worker_ready.connect(_hold)
beat_init.connect(_hold)
setup_logging.connect(_log)
task_prerun.connect(logs.task_begins)
task_postrun.connect(logs.task_ends)
