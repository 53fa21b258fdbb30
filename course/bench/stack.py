"""A whole site of its own in an empty folder, and learners in it."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command

from course import translations
from course.bench.learner import Learner
from course.local import processes, redis, site
from course.local.processes import Service
from course.models import User
from labs.lab import catalog
from labs.models import Start
from sandbox.jail import kernel


@dataclass
class Stack:
    port: int
    services: list[Service]
    password: str
    hashed: str
    redis: str
    count: int = field(default=0)

    def learner(self, lab: str | None = "playground") -> Learner:
        """A new one, signed in; with ``lab`` open unless it is None."""
        self.count += 1
        name = f"learner{self.count}"
        User.objects.create(username=name, password=self.hashed)
        learner = Learner(self.port, name, self.password)
        if lab is not None:
            learner.open(lab)
        return learner

    def pid(self, name: str) -> int:
        service = next(one for one in self.services if one.name == name)
        assert service.process is not None  # noqa: S101
        return service.process.pid


@contextmanager
def running(workers: int = 1) -> Iterator[Stack]:
    """The stack in ``settings.VAR``, an empty folder; with the starts of all labs built. Leaves no process."""
    kernel.adopt_orphans()
    for folder in ("log", "run"):
        (settings.VAR / folder).mkdir(parents=True, exist_ok=True)
    translations.compile_all()
    call_command("migrate", verbosity=0, interactive=False)
    port, services = site.free_port(), list[Service]()
    server, url = redis.service(settings.VAR / "log" / "valkey.log")
    password = secrets.token_urlsafe(12)
    try:
        site.start(services, url, server, port=port, workers=workers, folder=settings.VAR)
        wanted = {lab.content_hash for lab in catalog.everything()[0]}  # all: what is still built would be measured
        site.wait("The labs' starts", lambda: wanted <= _built(), settings.VAR / "log" / "worker1.log", 120)
        yield Stack(port, services, password, make_password(password), url)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        processes.stop(services)


def _built() -> set[str]:
    return set(Start.objects.filter(step="").exclude(version=None).values_list("content_hash", flat=True))
