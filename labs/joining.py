"""The way into a sandbox: in the checkout that is live, whichever worker holds it, or in one of our own.

A live checkout can only be entered in the process that holds it. An errand that finds it held elsewhere is announced to all workers
(``labs.control``); the one that holds it sends a thread of its own in. Who does the errand first has it: each is claimed once.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from labs import control
from sandbox import door
from sandbox.checkout import Live, checkout
from sandbox.errors import Busy
from sandbox.models import Sandbox

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.05
_ANNOUNCED_SECONDS = 0.2
WAIT_SECONDS = 20.0
"""So long a command or a look waits for the sandbox: what holds it then is the grading of the one before, or a reset."""


def enter(
    stack: contextlib.ExitStack, sandbox: Sandbox, *, wanted: Callable[[], bool], announce: Callable[[], None], only_here: bool = False
) -> tuple[Live, bool]:
    """Be inside until ``stack`` ends. Also whether the checkout is our own, so that we have to commit it.

    ``wanted``: whether to go on waiting; ``announce``: tell the other workers of the errand. ``only_here``: join what this process holds
    open, and wait for nothing. Raises Busy where it stays held, Fault where it can't be run.
    """
    pause, announced = FIRST_PAUSE, 0.0
    while True:
        if (live := stack.enter_context(door.entered(sandbox.pk))) is not None:
            return live, False
        if only_here:
            raise Busy("busy")
        try:
            return stack.enter_context(checkout(sandbox)), True
        except Busy:
            if not wanted():
                raise
        if time.monotonic() - announced >= _ANNOUNCED_SECONDS:
            announced = time.monotonic()
            announce()
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)


def announce(what: str, sandbox_id: Any, errand: Any) -> None:
    """Ask the worker that holds the sandbox to do ``errand``, of a kind that it knows by ``here``."""
    control.broadcast(what, sandbox=str(sandbox_id), errand=errand)


def here(what: str, do: Callable[[str, Any], object]) -> None:
    """``do(sandbox, errand)`` is called, in a thread of its own, when an errand of this kind is announced for a sandbox that this process
    holds open. It may be done by somebody else already."""
    begun: set[Any] = set()
    lock = threading.Lock()

    def heard(message: dict[str, Any]) -> None:
        errand = message["errand"]
        with lock:
            if errand in begun or not door.is_open(message["sandbox"]):
                return
            begun.add(errand)
        threading.Thread(target=work, args=(message["sandbox"], errand), name=f"{what}-{errand}", daemon=True).start()

    def work(sandbox: str, errand: Any) -> None:
        try:
            do(sandbox, errand)
        except Exception:
            log.exception("%s %s was not done here", what, errand)
        finally:
            connection.close()
            with lock:
                begun.discard(errand)

    control.on(what, heard)
