"""Starts processes, restarts those that die, and leaves none behind."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_STEADY_SECONDS = 30


def _die_with_parent() -> None:
    # Only async-signal-safe calls here: this runs between fork and exec.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


@dataclass
class Service:
    """One program to keep running; its output goes to ``log_file``. ``grace``: seconds between SIGTERM and SIGKILL."""

    name: str
    command: Sequence[str]
    log_file: Path
    environment: dict[str, str] = field(default_factory=dict)
    grace: float = 8.0
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    not_before: float = 0.0

    def start(self) -> None:
        with self.log_file.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.environment},
                start_new_session=True,  # the terminal's Ctrl-C reaches only us; we stop the rest in order
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - this process is single-threaded
            )
        self.started = time.monotonic()

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self) -> bool:
        """Start again after a death, later and later when it dies young. True when it was found dead."""
        if self.process is None or self.alive():
            if self.process is None and time.monotonic() >= self.not_before:
                self.start()
            return False
        steady = time.monotonic() - self.started > _STEADY_SECONDS
        self.failures = 0 if steady else self.failures + 1
        self.not_before = time.monotonic() + min(0.2 * 2**self.failures, 30)
        self.process = None
        return True


def stop(services: Sequence[Service]) -> None:
    """End ``services`` last first, then whatever they left behind."""
    for service in reversed(services):
        if service.alive() and service.process is not None:
            service.process.terminate()
    for service in reversed(services):
        if service.process is not None:
            try:
                service.process.wait(service.grace)
            except subprocess.TimeoutExpired:
                log.warning("%s did not stop in %.0f s and is killed", service.name, service.grace)
                service.process.kill()
                service.process.wait()
    end_orphans()


def end_orphans() -> None:
    """Kill and reap every process that is still below us (kernel.adopt_orphans brings orphans here)."""
    deadline = time.monotonic() + 5
    while (children := _children()) and time.monotonic() < deadline:
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        bury(())
        time.sleep(0.01)


def bury(services: Sequence[Service]) -> None:
    """Reap what has died below us and is none of ``services``. Waits for nothing: a jail's pid 1 is not dead before those are reaped that
    came into its namespace from outside, and after a worker's death that is for us to do."""
    own = {service.process.pid for service in services if service.process is not None}
    for pid in set(_children()) - own:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
