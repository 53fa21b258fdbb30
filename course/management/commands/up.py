"""``manage.py up``: migrate, seed, start Redis, worker, beat and server, say where, and stop all of it on Ctrl-C."""

from __future__ import annotations

import errno
import os
import signal
import socket
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from course import translations
from course.demo import making
from course.local import demo, processes, redis, site
from course.local.processes import Service
from sandbox.jail import canary, kernel
from sandbox.runtime import rootfs


class Stop(Exception):
    """Ctrl-C or SIGTERM."""


class Command(BaseCommand):
    help = "Run the whole site on this machine: http://127.0.0.1:8000 unless --port says otherwise."
    requires_system_checks: list[str] = []  # a check that fails is reported by migrate, once

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=1, help="Celery workers to run (default: 1).")

    def handle(self, *, port: int, workers: int, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        kernel.adopt_orphans()
        services: list[Service] = []
        try:
            self._check_port(port)
            self._check_jail()
            self._prepare()
            self._start(services, port, workers)
            self._say_where(port)
            self._begin_demo()
            self._watch(services)
        except Stop:
            self.stdout.write("\nStopping …")
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            processes.stop(services)
        self.stdout.write("Stopped.")

    def _check_port(self, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                why = "is in use" if error.errno == errno.EADDRINUSE else f"can't be used ({error.strerror})"
                other = f"python3 manage.py up --port {port + 1}"
                raise CommandError(f"Port {port} {why}.\n→ Stop what listens there, or choose another: {other}") from error

    def _check_jail(self) -> None:
        problems = canary.check(rootfs())
        if problems:
            lines = [f"{problem.detail}\n→ {problem.remedy}" for problem in problems]
            lines.append("`python3 manage.py doctor` shows all requirements.")
            raise CommandError("\n".join(["Sandboxes can't run safely on this machine:", *lines]))

    def _prepare(self) -> None:
        for folder in ("log", "run"):
            (settings.VAR / folder).mkdir(exist_ok=True)
        translations.compile_all()
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except OSError as error:
            raise CommandError(f"The database could not be brought up to date: {error}") from error
        self.accounts = demo.seed()
        connection.close()

    def _start(self, services: list[Service], port: int, workers: int) -> None:
        server, url = None, os.environ.get("REDIS_URL")
        if url is None:
            try:
                server, url = redis.service(settings.VAR / "log" / "valkey.log")
            except redis.NoRedis as error:
                remedy = "`apt install valkey-server` (or redis-server), or set REDIS_URL to a server you have."
                raise CommandError(f"{error}\n→ {remedy}") from error
        try:
            site.start(services, url, server, port=port, workers=workers, folder=settings.VAR)
        except site.NotUp as error:
            raise CommandError(str(error)) from error

    def _say_where(self, port: int) -> None:
        rows = "\n".join(f"    {name:<12}{password}" for name, password in self.accounts.items())
        self.stdout.write(f"\n  http://127.0.0.1:{port}/\n\n  Demo accounts, with passwords made for this installation:\n{rows}\n")
        self.stdout.write(f"\n  Logs: {settings.VAR / 'log'}\n  Ctrl-C stops everything.\n")
        self.stdout.flush()

    def _begin_demo(self) -> None:
        """Only now, so that nobody waits for it to see the address; workers do it."""
        if settings.DEMO and making.begin():
            self.stdout.write("\n  A demo cohort fills up: sign in as instructor and open its board.\n")
            self.stdout.flush()
        connection.close()

    def _watch(self, services: list[Service]) -> None:
        while True:
            for service in services:
                if service.tend():
                    self.stderr.write(f"{service.name} stopped by itself and is started again; {service.log_file} says more.")
            processes.bury(services)
            time.sleep(0.2)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stop
