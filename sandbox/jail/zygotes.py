"""The warm processes that others are forked from: started in their jails, started again when they have died."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import wire
from sandbox.errors import Fault
from sandbox.jail import bwrap, kernel, pages
from sandbox.jail.link import Link
from sandbox.jail.loop import Loop
from sandbox.jail.spawn import spawn

WARM_SECONDS = 60.0
_PAUSE_SECONDS = 1.0

Refused = Callable[[str], None]


class Resident:
    """``make(fd)`` is the command line of one that talks on ``fd``; ``enter`` is called in it before."""

    def __init__(self, loop: Loop, make: Callable[[int], bwrap.Launch], enter: Callable[[], None] | None = None) -> None:
        self._loop, self._make, self._enter = loop, make, enter
        self._link: Link | None = None
        self._started = 0.0
        self._closed = False
        self.pid = 0
        self.ready = False
        self.on_ready: Callable[[], None] | None = None

    def start(self) -> None:
        """Warm one up in the background, so that the first use is quick."""
        if self.pid or self._closed:
            return
        ours, theirs = socket.socketpair()
        self._started = time.monotonic()
        try:
            with theirs, self._make(theirs.fileno()) as launch:
                self.pid = spawn(launch, 2, enter=self._enter)
        except (Fault, OSError) as error:
            ours.close()
            self._lost(f"it did not start: {error}", early=True)
            return
        self._link = Link(self._loop, ours, self._guarded, self.kill)
        self._configure(self._link)
        pid = self.pid
        self._loop.child(pid, lambda _status: self._ended())
        self._loop.later(WARM_SECONDS, lambda: self.kill() if self.pid == pid and not self.ready else None)

    def kill(self) -> None:
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """For good, and with it every process forked from it."""
        self._closed = True
        self._lost("closing", early=False)
        self.kill()

    def _configure(self, link: Link) -> None:
        link.send({"kind": "configure"})

    def _frame(self, frame: wire.Frame) -> None:
        """Any but ``ready``."""

    def _warm(self) -> None:
        """It is ready."""

    def _lost(self, why: str, *, early: bool) -> None:
        """It ended, or never began; ``early``: it may not be able to."""

    def _guarded(self, frame: wire.Frame) -> None:
        frame.close()
        if frame.kind == "ready":
            self.ready = True
            self._warm()
            if self.on_ready is not None:
                self.on_ready()
        else:
            self._frame(frame)

    def _ended(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link, self.pid, self.ready = None, 0, False
        if not self._closed:
            # At once, but not in a tight circle where it cannot start at all.
            since = time.monotonic() - self._started
            self._lost("it ended while it started", early=since < _PAUSE_SECONDS * 5)
            self._loop.later(max(0.0, _PAUSE_SECONDS - since), self.start)


class Zygote(Resident):
    """The one that cloud processes are forked from; ``pem`` is what it answers HTTPS with."""

    def __init__(self, loop: Loop, make: Callable[[int], bwrap.Launch], pem: bytes) -> None:
        super().__init__(loop, make)
        self._pem = pem
        self._queue: list[tuple[list[int], Refused]] = []

    def fork(self, fds: Sequence[int], refused: Refused) -> None:
        """Ask for a cloud process with the control socket and the two listeners; it takes copies of ``fds``. ``refused`` is
        called when the zygote dies before it was asked; afterwards the control socket's end tells."""
        self._queue.append(([os.dup(fd) for fd in fds], refused))
        self.start()
        self._warm()

    def _configure(self, link: Link) -> None:
        link.send({"kind": "configure"}, self._pem)

    def _warm(self) -> None:
        while self.ready and self._link is not None and self._queue:
            fds, _refused = self._queue.pop(0)
            self._link.send({"kind": "fork"}, fds=fds)
            wire.close_all(fds)

    def _lost(self, why: str, *, early: bool) -> None:
        if early or self._closed:
            waiting, self._queue = self._queue, []
            for fds, refused in waiting:
                wire.close_all(fds)
                refused(f"the simulated account's process: {why}")


@dataclass(frozen=True, slots=True)
class Guest:
    """Who wants to know of a tool's process in a jail: its pid when it has ``joined`` (0: it could not), the seconds of CPU it took when
    it has ``left``."""

    joined: Callable[[int], None]
    left: Callable[[float], None]


class ToolZygote(Resident):
    """One that a tool's processes are forked from, to join jails made below the user namespace ``outer``."""

    def __init__(self, loop: Loop, make: Callable[[int], bwrap.Launch], outer: int) -> None:
        super().__init__(loop, make, lambda: kernel.setns(outer, kernel.CLONE_NEWUSER))
        self._numbers = itertools.count()
        self._guests: dict[int, Guest] = {}
        self.served = 0

    def join(self, conn: int, door: Sequence[int], guest: Guest, standby: int | None = None) -> None:
        """Send a process through ``door`` (join.py) to talk with the shim at the other end of ``conn``, or have the one talk that was sent
        ahead; it takes copies of both."""
        self._send({"kind": "join", "standby": standby}, [conn, *door], guest)

    def stand_by(self, pid_ns: int, guest: Guest) -> int | None:
        """Have a process born in ``pid_ns`` before anybody rings, for one call; the number to ``let_in`` and to ``join`` it by. It has left
        when it is used."""
        return self._send({"kind": "stand"}, [pid_ns], guest)

    def let_in(self, number: int, door: Sequence[int]) -> None:
        """Once the jail is made."""
        if self._link is not None and number in self._guests:
            self._link.send({"kind": "enter", "id": number}, fds=door)

    def _send(self, header: dict[str, Any], fds: Sequence[int], guest: Guest) -> int | None:
        if not self.ready or self._link is None:
            guest.joined(0)
            return None
        number = next(self._numbers)
        self._guests[number] = guest
        self._link.send({**header, "id": number}, fds=fds)
        return number

    def _rehearsed(self, pid: int) -> None:
        """It has no /proc of its own to look this up in."""
        try:
            found = pages.written(pid).tobytes()
        except OSError:
            found = b""
        if self._link is not None:
            self._link.send({"kind": "written"}, found)

    def _frame(self, frame: wire.Frame) -> None:
        if frame.kind == "rehearsed":
            self._rehearsed(int(frame.header["pid"]))
            return
        number = int(frame.header["id"])
        if frame.kind == "left":
            self._guests.pop(number).left(float(frame.header["cpu"]))
        elif frame.kind in {"joined", "standing"}:
            self.served += frame.kind == "joined"
            self._guests[number].joined(int(frame.header["pid"]))
        elif frame.kind == "refused":
            self._guests.pop(number).joined(0)

    def _lost(self, why: str, *, early: bool) -> None:
        """Its children die with it; bury them at once, for a jail waits for its last process."""
        self._loop.bury_strangers()
        guests, self._guests = self._guests, {}
        for guest in guests.values():
            guest.joined(0)
            guest.left(0.0)
