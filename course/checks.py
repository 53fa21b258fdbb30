"""Django's system checks for the settings of a real installation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register("security")
def preview_host(**_: Any) -> list[CheckMessage]:
    """``course.E001``: a host of the site's that ``course.preview`` would take for a learner's program."""
    suffix = settings.PREVIEW_HOST
    hosts = [host.removeprefix(".") for host in settings.ALLOWED_HOSTS]
    taken = [host for host in hosts if suffix and (host == suffix or host.endswith(f".{suffix}"))]
    hint = "Give previews a host of their own, best under another registered domain: COURSE_PREVIEW_HOST=preview.example.net."
    return [Error(f"The site's own host {host} is under COURSE_PREVIEW_HOST, {suffix}.", hint=hint, id="course.E001") for host in taken]
