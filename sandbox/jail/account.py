"""The supervisor's end of one checkout's cloud process: started on first touch, asked, frozen, never silently replaced."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sandbox import wire
from sandbox.jail import bodies
from sandbox.jail.limits import Limits, Usage
from sandbox.jail.link import Link
from sandbox.jail.loop import READ, Loop, Timer
from sandbox.jail.zygotes import Zygote

WATCH_SECONDS = 0.2
START_SECONDS = 60.0
ANSWER_SECONDS = 120.0
_UNTOUCHED: dict[str, Any] = {
    "touched": False, "dirty": False, "root": None, "bodies": [], "inventory": {}, "clock": 0.0, "due_in": None, "failed": [],
}  # fmt: skip

Reply = Callable[[dict[str, Any]], None]


class Account:
    """``reply`` takes frames for the worker, ``fault`` a code and a detail: the checkout is dead then. ``listeners`` (443, 80) are
    watched, and belong to the cloud process once there is one. ``clock``: what the account's clock shows now, ``rate``: how many of
    its seconds go by in one."""

    def __init__(
        self,
        loop: Loop,
        zygote: Zygote,
        *,
        listeners: list[socket.socket],
        identity: Mapping[str, Any],
        folder: Path,
        root: Path | None,
        clock: float = 0.0,
        rate: float = 0.0,
        reply: Reply,
        fault: Callable[[str, str], None],
        limits: Limits | None = None,
    ) -> None:
        self._loop, self._zygote, self._listeners = loop, zygote, listeners
        self._limits = (limits or Limits()).of_account()
        self._identity, self._folder, self._root, self._reply, self._fault = identity, folder, root, reply, fault
        self._clock, self._rate, self._opened = clock, rate, time.monotonic()
        self._link: Link | None = None
        self._ready = self._closed = False
        self._waiting: list[dict[str, Any]] = []
        self._asked: dict[Any, Timer] = {}
        self._pidfd = -1
        self._gone: Callable[[], None] = lambda: None
        for listener in listeners:
            loop.watch(listener.fileno(), READ, self.touch)

    def touch(self) -> None:
        """Start it, unless that is done: somebody connects, or asks."""
        if self._link is not None or self._closed:
            return
        for listener in self._listeners:
            self._loop.unwatch(listener.fileno())
        ours, theirs = socket.socketpair()
        self._link = Link(self._loop, ours, self._frame, self._lost, credentials=True)
        with theirs:
            self._zygote.fork([theirs.fileno(), *(listener.fileno() for listener in self._listeners)], self._refused)
        while self._listeners:
            # Now its own alone: when it dies, who is connected hears of it.
            self._listeners.pop(0).close()
        self._asked["start"] = self._loop.later(START_SECONDS, self._late)
        self._send_start()

    def ask(self, frame: dict[str, Any]) -> None:
        """Pass ``call``, ``advance`` and ``freeze`` on. Freezing what was never touched needs no process."""
        if frame["kind"] == "freeze" and self._link is None:
            self._reply({"kind": "frozen", "id": frame["id"], **_UNTOUCHED})
            return
        self.touch()
        self._waiting.append(frame)
        self._pass_on()

    def close(self, gone: Callable[[], None]) -> None:
        """Kill it; ``gone`` is called when it is dead, at once where there is none."""
        if self._closed:
            return
        self._closed, self._gone = True, gone
        for listener in self._listeners:
            self._loop.unwatch(listener.fileno())
        for timer in self._asked.values():
            timer.cancel()
        self._kill()
        if self._link is not None:
            self._link.close()
        if self._pidfd < 0:
            gone()

    def _send_start(self) -> None:
        assert self._link is not None  # noqa: S101
        header = {"kind": "start", "identity": dict(self._identity), "has_root": self._root is not None}
        header |= {"clock": self._clock + (time.monotonic() - self._opened) * self._rate, "rate": self._rate}
        if self._root is None:
            self._link.send(header)
            return
        fd = bodies.open_file(self._root)
        if fd is None:
            self._fault("cloud-state", f"the account's state {self._root.name} is missing")
            return
        self._link.send(header, fds=[fd])
        os.close(fd)

    def _pass_on(self) -> None:
        while self._ready and self._waiting and self._link is not None:
            frame = self._waiting.pop(0)
            self._asked[frame["id"]] = self._loop.later(ANSWER_SECONDS, self._late)
            self._link.send(frame)

    def _frame(self, frame: wire.Frame) -> None:
        frame.close()
        self._find_pid()
        header = {name: value for name, value in frame.header.items() if name != "root_size"}
        if frame.kind == "ready":
            self._answered("start")
            self._ready = True
            self._pass_on()
        elif frame.kind == "body":
            self._give_body(header.get("sha"))
        elif frame.kind in {"result", "cloud-error"} and self._answered(header.get("id")):
            self._reply(header)
        elif frame.kind == "new-body":
            if bodies.write_body(self._folder, frame.payload, header.get("sha")) is None:
                self._fault("cloud-died", "the account's process sent a body under a wrong name")
        elif frame.kind == "frozen" and self._answered(header.get("id")):
            root = bodies.write_body(self._folder, frame.payload) if frame.payload else None
            self._reply({**_UNTOUCHED, **header, "root": root})
        elif frame.kind == "fault":
            self._fault(str(header.get("code", "cloud-died")), str(header.get("detail", "")))

    def _answered(self, number: Any) -> bool:
        timer = self._asked.pop(number, None)
        if timer is not None:
            timer.cancel()
        return timer is not None

    def _give_body(self, sha: object) -> None:
        assert self._link is not None  # noqa: S101
        fd = bodies.open_body(self._folder, sha)
        if fd is None:
            self._link.send({"kind": "body", "sha": sha, "missing": True})
            return
        self._link.send({"kind": "body", "sha": sha}, fds=[fd])
        os.close(fd)

    def _find_pid(self) -> None:
        """The kernel puts the sender's pid beside what it sends: the process itself cannot be asked, it may be compromised."""
        if self._pidfd >= 0 or self._link is None or not self._link.peer:
            return
        with contextlib.suppress(OSError):
            self._pidfd = os.pidfd_open(self._link.peer)
            self._loop.watch(self._pidfd, READ, self._died)
            self._watch(Usage(self._link.peer))

    def _watch(self, usage: Usage) -> None:
        """A learner's requests may make it grow, or think for ever: then the command is refused, for nothing of ours failed."""
        if self._closed or self._pidfd < 0:
            return
        over = usage.over(self._limits)
        if over is None:
            self._loop.later(WATCH_SECONDS, lambda: self._watch(usage))
        else:
            self._fault("cloud-cpu" if over == "cpu" else "cloud-memory", f"the account's process passed its limit of {over}")

    def _kill(self) -> None:
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def _died(self) -> None:
        self._loop.unwatch(self._pidfd)
        os.close(self._pidfd)
        self._pidfd = -1
        if self._closed:
            self._gone()
        else:
            self._lost()

    def _late(self) -> None:
        self._fault("cloud-died", "the account's process did not answer in time")

    def _refused(self, why: str) -> None:
        if not self._closed:
            self._fault("cloud-died", why)

    def _lost(self) -> None:
        if not self._closed:
            self._fault("cloud-died", "the account's process ended")
