"""The Celery application: ``celery -A course``."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready
from django.conf import settings

from course import stores

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "course.settings")
app = Celery("course")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _hold(**_: Any) -> None:
    stores.hold(settings.DATABASES["default"])


worker_ready.connect(_hold)
