"""The programs that make up the site on one machine, and when each is there. ``manage.py up`` keeps them; ``bench`` measures them."""

from __future__ import annotations

import socket
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from course.local import redis
from course.local.processes import Service


class NotUp(Exception):
    """One of them did not come up in time: ``what``, and the ``log_file`` that says why."""

    def __init__(self, what: str, log_file: Path, seconds: float) -> None:
        super().__init__(f"{what} did not start within {seconds:.0f} s.\n→ {log_file} says why.")


def start(services: list[Service], url: str, server: Service | None, *, port: int, workers: int, folder: Path) -> None:
    """Start Redis (``server``, None where another runs at ``url``), workers, beat and the web server, noting each in ``services`` as it
    starts. ``folder`` holds their ``log`` and ``run``. Raises NotUp."""
    logs = folder / "log"
    if server is not None:
        _launch(services, server)
    wait("Redis", lambda: redis.answers(url), logs / "valkey.log", 10)
    for service in [*_workers(url, workers, logs), _beat(url, folder), _web(url, port, logs)]:
        _launch(services, service)
    wait("The web server", lambda: answers(port), logs / "web.log", 30)


def _launch(services: list[Service], service: Service) -> None:
    services.append(service)
    service.start()


def _workers(url: str, count: int, logs: Path) -> list[Service]:
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "info"]
    names = [f"worker{number}" for number in range(1, count + 1)]
    return [Service(name, [*_celery(), "worker", *quiet, "-n", f"{name}@%h"], logs / f"{name}.log", _env(url)) for name in names]


def _beat(url: str, folder: Path) -> Service:
    options = ["-l", "warning", "-s", str(folder / "run" / "beat"), "--pidfile="]
    return Service("beat", [*_celery(), "beat", *options], folder / "log" / "beat.log", _env(url))


def _web(url: str, port: int, logs: Path) -> Service:
    options = ["--host", "127.0.0.1", "--port", str(port), "--timeout-graceful-shutdown", "2", "--no-access-log", "--log-level", "warning"]
    return Service("web", [sys.executable, "-m", "uvicorn", "course.asgi:application", *options], logs / "web.log", _env(url))


def _celery() -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "course"]


def _env(url: str) -> dict[str, str]:
    return {"REDIS_URL": url, "DJANGO_SETTINGS_MODULE": "course.settings"}


def wait(what: str, ready: Callable[[], bool], log_file: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise NotUp(what, log_file, seconds)
        time.sleep(0.05)


def free_port() -> int:
    """One of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
