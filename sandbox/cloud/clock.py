"""Moves a live account's timeline on while real time goes by."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sandbox.cloud.timeline import Timeline

_SHORTEST_WAIT, _LONGEST_WAIT = 0.01, 3600.0  # seconds


class Clock:
    """The account's clock runs at ``rate`` seconds a second from ``start`` on. Whoever calls holds ``lock``, the gate's."""

    def __init__(self, line: Timeline, lock: threading.RLock, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._turn = threading.Condition(lock)
        self._monotonic = monotonic
        self._rate, self._mark = 0.0, 0.0

    def start(self, now: float, rate: float) -> None:
        """It is ``now`` on the account's clock: run what became due while nobody was there, and go on."""
        with self._turn:
            self._line.run_until(now)
            self._rate, self._mark = rate, self._monotonic()
            if rate > 0:
                threading.Thread(target=self._tick, name="timeline", daemon=True).start()

    def catch_up(self) -> None:
        """Run what is due by now. Before every request and every freeze, so that nobody sees an account that is behind its clock."""
        if self._line.running:
            return
        now = self._monotonic()
        self._line.run_until(self._line.now + (now - self._mark) * self._rate)
        self._mark = now

    def skip(self) -> int:
        """Go to the next event's moment. Returns how many events ran."""
        self.catch_up()
        return self._line.skip()

    def changed(self) -> None:
        """Something may be due earlier than it was."""
        with self._turn:
            self._turn.notify_all()

    def _tick(self) -> None:
        with self._turn:
            while True:
                self.catch_up()
                due = self._line.due_in
                # Waiting lets go of the lock, also where more is due at once: requests come between two batches.
                self._turn.wait(_LONGEST_WAIT if due is None else min(max(_SHORTEST_WAIT, due / self._rate), _LONGEST_WAIT))
