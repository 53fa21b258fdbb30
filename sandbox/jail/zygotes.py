"""The warm process that cloud processes are forked from: started in its jail, started again when it has died."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence

from sandbox import wire
from sandbox.errors import Fault
from sandbox.jail import bwrap
from sandbox.jail.link import Link
from sandbox.jail.loop import Loop
from sandbox.jail.spawn import spawn

WARM_SECONDS = 60.0
_PAUSE_SECONDS = 1.0

Refused = Callable[[str], None]


class Zygote:
    """``make(fd)`` is the command line of one that talks on ``fd``; ``pem`` what it answers HTTPS with."""

    def __init__(self, loop: Loop, make: Callable[[int], bwrap.Launch], pem: bytes) -> None:
        self._loop, self._make, self._pem = loop, make, pem
        self._link: Link | None = None
        self._queue: list[tuple[list[int], Refused]] = []
        self._started = 0.0
        self._closed = False
        self.pid = 0
        self.ready = False

    def start(self) -> None:
        """Warm one up in the background, so that the first cloud is quick."""
        if self.pid or self._closed:
            return
        ours, theirs = socket.socketpair()
        self._started = time.monotonic()
        try:
            with theirs, self._make(theirs.fileno()) as launch:
                self.pid = spawn(launch, 2)
        except (Fault, OSError) as error:
            ours.close()
            self._refuse_all(f"the simulated account's process did not start: {error}")
            return
        self._link = Link(self._loop, ours, self._frame, self.kill)
        self._link.send({"kind": "configure"}, self._pem)
        pid = self.pid
        self._loop.child(pid, lambda _status: self._ended())
        self._loop.later(WARM_SECONDS, lambda: self.kill() if self.pid == pid and not self.ready else None)

    def fork(self, fds: Sequence[int], refused: Refused) -> None:
        """Ask for a cloud process with the control socket and the two listeners; it takes copies of ``fds``. ``refused`` is
        called when the zygote dies before it was asked; afterwards the control socket's end tells."""
        self._queue.append(([os.dup(fd) for fd in fds], refused))
        self.start()
        self._pass_on()

    def kill(self) -> None:
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """For good, and with it every cloud process: they live in its pid namespace."""
        self._closed = True
        self._refuse_all("closing")
        self.kill()

    def _frame(self, frame: wire.Frame) -> None:
        frame.close()
        if frame.kind == "ready":
            self.ready = True
            self._pass_on()

    def _pass_on(self) -> None:
        while self.ready and self._link is not None and self._queue:
            fds, _refused = self._queue.pop(0)
            self._link.send({"kind": "fork"}, fds=fds)
            wire.close_all(fds)

    def _refuse_all(self, why: str) -> None:
        waiting, self._queue = self._queue, []
        for fds, refused in waiting:
            wire.close_all(fds)
            refused(why)

    def _ended(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link, self.pid, self.ready = None, 0, False
        if not self._closed:
            # At once, but not in a tight circle where it cannot start at all.
            since = time.monotonic() - self._started
            if since < _PAUSE_SECONDS * 5:
                self._refuse_all("the simulated account's process ended while it started")
            self._loop.later(max(0.0, _PAUSE_SECONDS - since), self.start)
