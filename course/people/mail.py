"""COURSE_EMAIL as Django's settings want it. Imported by them: nothing of Django's is there yet."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes; without a host it is printed."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    ssl: bool = False
    tls: bool = False
    sender: str = "course@localhost"

    @property
    def backend(self) -> str:
        return f"django.core.mail.backends.{'smtp' if self.host else 'console'}.EmailBackend"


def server(url: str) -> Server:
    """Of ``smtp://user:password@host:587?from=course@example.org``. Raises ImproperlyConfigured."""
    if not url:
        return Server()
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or "@" not in options.get("from", ""):
        raise ImproperlyConfigured("COURSE_EMAIL is to be like smtp://user:password@host:587?from=course@example.org (or empty).")
    ssl = parts.scheme == "smtps"
    return Server(
        host=parts.hostname,
        port=parts.port or (465 if ssl else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ssl=ssl,
        tls=not ssl and options.get("tls") != "0",
        sender=options["from"],
    )
