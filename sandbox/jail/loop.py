"""The supervisor's event loop: descriptors, timers and children in one thread.

Not asyncio: in Python 3.11 its subprocesses wait in threads, and a process with threads may neither fork helpers nor enter
namespaces. Children are watched by pidfd, so there is no SIGCHLD to race with.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
Callback = Callable[[], None]


@dataclass(order=True, slots=True)
class Timer:
    due: float
    number: int
    action: Callback | None = field(compare=False)

    def cancel(self) -> None:
        self.action = None


class Loop:
    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[Timer] = []
        self._numbers = itertools.count()
        self._children: set[int] = set()
        self._running = True

    def watch(self, fd: int, events: int, action: Callback) -> None:
        """Call ``action`` whenever ``fd`` is ready; watching it again replaces what was said before. No events: unwatch."""
        known = fd in self._selector.get_map()
        if not events:
            self.unwatch(fd)
        elif known:
            self._selector.modify(fd, events, action)
        else:
            self._selector.register(fd, events, action)

    def unwatch(self, fd: int) -> None:
        """Before closing ``fd``: its number may be another's a moment later."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(fd)

    def later(self, seconds: float, action: Callback) -> Timer:
        timer = Timer(time.monotonic() + seconds, next(self._numbers), action)
        heapq.heappush(self._timers, timer)
        return timer

    def child(self, pid: int, ended: Callable[[int], None]) -> None:
        """Reap ``pid``, a child, when it ends, and tell its exit status (negative: the signal)."""
        fd = os.pidfd_open(pid)
        self._children.add(pid)

        def reap() -> None:
            self._children.discard(pid)
            self.unwatch(fd)
            os.close(fd)
            ended(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

        self.watch(fd, READ, reap)

    def bury_strangers(self) -> bool:
        """Kill and reap the children that nobody watches: orphans of jails. Returns whether any child is left."""
        pids = list(map(int, Path("/proc/thread-self/children").read_text().split()))
        for pid in pids:
            if pid not in self._children:
                with contextlib.suppress(ChildProcessError, ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, os.WNOHANG)
        return bool(pids)

    def stop(self) -> None:
        self._running = False

    def run(self) -> None:
        """Until ``stop()``. An action that fails is reported on stderr and ends nothing but itself."""
        while self._running:
            self.turn()

    def turn(self, most: float | None = None) -> None:
        """One round: wait (at most this long) for something, then act on all that is ready."""
        wait = self._until_next()
        ready = self._selector.select(most if wait is None else wait if most is None else min(wait, most))
        for key, _events in ready:
            # An action before it in this round may have let go of the descriptor, or given its number to another.
            if self._selector.get_map().get(key.fd) is key:
                _do(key.data)
        now = time.monotonic()
        while self._timers and (self._timers[0].action is None or self._timers[0].due <= now):
            timer = heapq.heappop(self._timers)
            if timer.action is not None:
                _do(timer.action)

    def _until_next(self) -> float | None:
        while self._timers and self._timers[0].action is None:
            heapq.heappop(self._timers)
        return max(0.0, self._timers[0].due - time.monotonic()) if self._timers else None


def _do(action: Callback) -> None:
    try:
        action()
    except Exception:  # one checkout's failure is not the others'
        traceback.print_exc(file=sys.stderr)
