"""The whole stack on ports of its own: Valkey, Celery workers with their supervisors, the ASGI server."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from course.local.redis import server_program
from course.local.site import free_port
from tests import postgres

PEOPLE = {"minji": "learner", "jisoo": "learner", "teacher": "instructor", "boss": "admin"}
PASSWORD = "correct-horse-battery"
MAKE_PEOPLE = """
import sys
import django; django.setup()
from django.contrib.auth.hashers import make_password
from course.models import User
from course.people.models import INSTRUCTOR, LEARNER, Cohort, Membership
password, *people = sys.argv[1:]
known = make_password(password)
cohort = Cohort.objects.create(name="Everybody")
for name, role, first_name in (one.split(":") for one in people):
    user = User.objects.create(username=name, password=known, role=role, first_name=first_name)
    if role in {LEARNER, INSTRUCTOR}:
        Membership.objects.create(cohort=cohort, user=user, role=role)
"""


def people(files: Iterable[str]) -> list[str]:
    """Everybody, and for each test file learners of its own (``jisoo-undo``): what is done in one file is nothing to another."""
    learners = [name for name, role in PEOPLE.items() if role == "learner"]
    own = [f"{name}-{file}:learner:{name.title()}" for file in files for name in learners]
    return [f"{name}:{role}:{name.title()}" for name, role in PEOPLE.items()] + own


class Stack:
    """Start, stop and restart the parts; ``url`` is where the site is."""

    def __init__(self, var: Path, files: Iterable[str] = ()) -> None:
        self.var, self.people = var, people(files)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.sessions: dict[str, Any] = {}  # cookies, by the name of who signed in
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.redis = var / "redis.sock"
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "COURSE_VAR": str(var),
            "COURSE_DEBUG": "1",
            "COURSE_PREBUILD": "0",  # a lab is prepared when a journey opens it
            "COURSE_SECRET_KEY": "journeys",
            "REDIS_URL": f"unix://{self.redis}",
            "DJANGO_SETTINGS_MODULE": "course.settings",
            "PYTHONDONTWRITEBYTECODE": "1",
            **postgres.environment(),
        }

    def python(self, *arguments: str) -> None:
        done = subprocess.run([sys.executable, *arguments], cwd=settings.BASE_DIR, env=self.environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def start_all(self) -> None:
        self.python("-m", "django", "migrate", "-v0")
        self.python("-c", MAKE_PEOPLE, PASSWORD, *self.people)
        self.start_redis()
        self.start_worker()
        self.start_web()

    def start_redis(self) -> None:
        program = server_program()
        assert program is not None
        self._start("redis", str(program), "--port", "0", "--unixsocket", str(self.redis), "--save", "", "--dir", str(self.var))
        _until(self.redis.exists, 10, "Valkey")

    def start_worker(self) -> None:
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-c", "32", "-l", "info")
        beat = ("-B", "-s", str(self.var / "beat"))
        self._start("worker", sys.executable, "-m", "celery", "-A", "course", "worker", *quiet, *beat)

    def start_web(self) -> None:
        listen = ("--host", "127.0.0.1", "--port", str(self.port))
        self._start("web", sys.executable, "-m", "uvicorn", "course.asgi:application", *listen, "--timeout-graceful-shutdown", "2")
        _until(self._answers, 30, "the web server")

    def _start(self, name: str, *command: str) -> None:
        with (self.var / f"{name}.log").open("ab") as log:
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            self.processes[name] = subprocess.Popen(command, cwd=settings.BASE_DIR, env=self.environment, start_new_session=True, **streams)

    def stop(self, name: str, how: int = signal.SIGTERM) -> None:
        process = self.processes.pop(name)
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # the worker's beat outlives a worker that was killed

    def stop_all(self) -> None:
        for name in ("web", "worker", "redis"):
            if name in self.processes:
                self.stop(name)

    def log(self, name: str, lines: int = 40) -> str:
        path = self.var / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False


def _until(ready: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"{what} did not start within {seconds} s"
        time.sleep(0.05)
