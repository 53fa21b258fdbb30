"""What the site is measured against: the plain ``aws`` executable, in no jail, at a plain moto server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from course.local import site


class Plain:
    def __init__(self, port: int) -> None:
        self._aws = [str(settings.SANDBOX_PYTHON / "bin" / "aws")]
        self._environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(settings.VAR), "LANG": "C.UTF-8", "AWS_DEFAULT_REGION": settings.SANDBOX_REGION,
            "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        }  # fmt: skip

    def first_output(self, *arguments: str) -> float:
        """Seconds from the start of ``aws`` to its first byte. Raises CalledProcessError."""
        begun = time.monotonic()
        with subprocess.Popen([*self._aws, *arguments], stdout=subprocess.PIPE, env=self._environment) as process:
            assert process.stdout is not None  # noqa: S101
            os.read(process.stdout.fileno(), 1)
            took = time.monotonic() - begun
            process.stdout.read()
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, arguments)
        return took


@contextmanager
def plain() -> Iterator[Plain]:
    """A moto server for as long as the block lasts."""
    port = site.free_port()
    with (settings.VAR / "log" / "moto.log").open("wb") as log:
        server = subprocess.Popen([Path(sys.executable).with_name("moto_server"), "-p", str(port)], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while not _listens(port):
            if time.monotonic() > deadline or server.poll() is not None:
                raise RuntimeError("the moto server did not start")
            time.sleep(0.05)
        yield Plain(port)
    finally:
        server.terminate()
        server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
