"""Django's system checks of a real installation: its settings, and the notes that it brings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register


@register("security")
def preview_host(**_: Any) -> list[CheckMessage]:
    """``course.E001``: a host of the site's that ``course.preview`` would take for a learner's program."""
    suffix = settings.PREVIEW_HOST
    hosts = [host.removeprefix(".") for host in settings.ALLOWED_HOSTS]
    taken = [host for host in hosts if suffix and (host == suffix or host.endswith(f".{suffix}"))]
    hint = "Give previews a host of their own, best under another registered domain: COURSE_PREVIEW_HOST=preview.example.net."
    return [Error(f"The site's own host {host} is under COURSE_PREVIEW_HOST, {suffix}.", hint=hint, id="course.E001") for host in taken]


@register("notes", deploy=True)
def notes(**_: Any) -> list[CheckMessage]:
    """``course.W001``: a note that cannot be read, or something that leads to a note that is not there. Reading all of them takes
    seconds, so only a deployment's check does."""
    from course.reading import checking, library  # noqa: PLC0415 - needs the apps

    _notes, errors = library.everything()
    hint = "`manage.py notes check` looks more closely."
    return [Warning(str(error), hint=hint, id="course.W001") for error in (*errors, *checking.dead_words())]
