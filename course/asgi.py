"""ASGI entry point: ``uvicorn course.asgi:application``."""

from __future__ import annotations

import os
from threading import Thread

from django.conf import settings
from django.core.asgi import get_asgi_application

from course import stores
from course.bodies import Bounded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "course.settings")
site = Bounded(get_asgi_application())

from course.backup import running  # noqa: E402 - needs the apps to be there
from course.preview import Previews  # noqa: E402
from course.reading import library  # noqa: E402

stores.hold(settings.DATABASES["default"])
running.hold()
if not settings.LOCAL:  # all notes take seconds to read: the first visitor is not to wait for that
    Thread(target=library.everything, daemon=True).start()
application = Previews(site)
