"""``manage.py bench``: how fast it is, in figures beside their targets. Runs a whole site of its own; the installation is not touched."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sandbox import folders


class Command(BaseCommand):
    help = "Measure the site through its front door: medians, 95th percentiles and targets. Exit status 1 where a target is missed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object instead of a table.")
        parser.add_argument("--quick", action="store_true", help="Few repetitions and small sizes: whether it works, not how fast.")
        parser.add_argument("--growth", action="store_true", help="Also how it grows with learners, files, history and resources.")
        parser.add_argument("--only", action="append", metavar="NAME", default=[], help="Only this measurement; may be given again.")

    def handle(self, *, json: bool, quick: bool, growth: bool, only: list[str], **options: Any) -> None:
        flags = [f"--{name}" for name, given in (("json", json), ("quick", quick), ("growth", growth)) if given]
        chosen = [word for name in only for word in ("--only", name)]
        folder = Path(tempfile.mkdtemp(prefix="course-bench-"))
        try:
            status = _run([*flags, *chosen], folder)
        finally:
            folders.remove(folder)
        if status:
            sys.exit(status)


def _run(arguments: list[str], folder: Path) -> int:
    """In a process of its own: settings are read once, and these name another folder."""
    theirs = {"REDIS_URL", "DATABASE_URL", "COURSE_BLOBS", "COURSE_DEBUG"}
    environment = {name: value for name, value in os.environ.items() if name not in theirs}
    environment |= {"COURSE_VAR": str(folder), "COURSE_LOCAL": "1", "COURSE_SECRET_KEY": secrets.token_urlsafe(50)}
    environment |= {"DJANGO_SETTINGS_MODULE": "course.settings"}
    with subprocess.Popen([sys.executable, "-m", "course.bench", *arguments], env=environment, start_new_session=True) as process:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        while True:
            if stop.is_set():  # again and again: an exception raised by a signal is lost where it meets a fork
                process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(0.5)
