"""Asks the AWS CLI's own completer, which a process beside this one holds warm (``aws_words.py``)."""

from __future__ import annotations

import contextlib
import json
import logging
import select
import subprocess
import threading
import time
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)
ANSWER_SECONDS = 2.0
_PROGRAM = Path(__file__).with_name("aws_words.py")
_ENVIRONMENT = {"HOME": "/nonexistent", "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true", "PYTHONDONTWRITEBYTECODE": "1"}


class Words:
    """Started by the first who asks, or by ``warm``; a process that does not answer in time is ended, and the next one starts another."""

    def __init__(self, python: Path) -> None:
        self._python = python
        self._process: subprocess.Popen[str] | None = None
        self._ready = False
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Start it, and wait for nothing."""
        with contextlib.suppress(OSError), self._lock:
            self._running()

    def ask(self, words: list[str], current: str) -> list[str]:
        """What may follow ``words`` (``aws`` among them) and begins with ``current``; nothing where there is no CLI, or no answer."""
        if not self._lock.acquire(timeout=ANSWER_SECONDS):
            return []
        try:
            return self._ask(words, current)
        except (OSError, ValueError, TimeoutError) as error:
            log.warning("the AWS CLI's completer did not answer: %s", error)
            self._end()
            return []
        finally:
            self._lock.release()

    def _ask(self, words: list[str], current: str) -> list[str]:
        process = self._running()
        assert process.stdin is not None and process.stdout is not None  # noqa: S101
        end = time.monotonic() + ANSWER_SECONDS
        if not self._ready:
            try:
                _read(process.stdout, end)
            except TimeoutError:  # still loading, on a busy machine: another Tab finds it ready
                return []
            self._ready = True
        process.stdin.write(json.dumps({"words": words, "current": current}) + "\n")
        process.stdin.flush()
        return [str(word) for word in _read(process.stdout, end)]

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._ready = False
            self._process = subprocess.Popen(
                [self._python, "-I", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT, cwd="/", text=True,
            )  # fmt: skip
        return self._process

    def close(self) -> None:
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def _read(stream: IO[str], end: float) -> list[object]:
    """The answer in the next line. Raises TimeoutError, ValueError where the process has ended."""
    if not select.select([stream], [], [], max(0.0, end - time.monotonic()))[0]:
        raise TimeoutError("too slow")
    found: list[object] = json.loads(stream.readline())["words"]
    return found
