"""What the network helper does in the sandbox's network for the worker: it connects, and says which ports are listened on.

The worker sends a frame with a socket of its own, and is answered on that one: nothing has to be matched, and whoever goes
away hangs up. Nothing is read here of what the connections carry.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox import wire
from sandbox.jail import sockdiag
from sandbox.jail.dns import CLOUD_ADDRESS

MAX_DIALS = 16
MAX_WATCHERS = 8
MAX_PORTS = 16
"""So many ports are told, the lowest: a program may listen on thousands."""
DIAL_SECONDS = 3.0
FIRST_LOOK, LAST_LOOK, GROWS = 0.25, 1.0, 1.4  # seconds between two looks at what is listened on


@dataclass(slots=True, eq=False)
class _Dial:
    reply: socket.socket
    port: int
    left: list[str]
    deadline: float
    sock: socket.socket | None = None


@dataclass(slots=True, eq=False)
class _Watch:
    reply: socket.socket
    due: float
    pause: float = FIRST_LOOK
    told: list[int] = field(default_factory=list)


class Inside:
    """``diag``: of ``sockdiag.connect``. ``own``: the addresses at which the learner's programs may listen. ``reserved``: those at which
    the sandbox itself does."""

    def __init__(self, selector: selectors.BaseSelector, diag: socket.socket | None, own: Sequence[str], reserved: Sequence[str]) -> None:
        self._selector, self._diag, self._own, self._reserved = selector, diag, own, frozenset(reserved)
        self._decoder = wire.Decoder()
        self._dials: set[_Dial] = set()
        self._watches: set[_Watch] = set()

    def asked(self, control: socket.socket) -> bool:
        """Read what the supervisor passes on. False at its end."""
        data, fds = wire.receive_some(control)
        for frame in self._decoder.feed(data, fds):
            try:
                if frame.fds:
                    reply = socket.socket(fileno=frame.fds.pop(0))
                    reply.setblocking(False)
                    self._begin(frame, reply)
            finally:
                frame.close()
        return bool(data)

    def wait(self) -> float | None:
        """Seconds until something is due here."""
        due = [dial.deadline for dial in self._dials] + [watch.due for watch in self._watches]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def tick(self) -> None:
        """Do what is due."""
        now = time.monotonic()
        for dial in [one for one in self._dials if one.deadline <= now]:
            self._refuse(dial, "timeout")
        if due := [one for one in self._watches if one.due <= now]:
            ports = sorted(self.ports())[:MAX_PORTS]
            for watch in due:
                watch.pause = min(watch.pause * GROWS, LAST_LOOK)
                watch.due = now + watch.pause
                if ports != watch.told:
                    self._tell(watch, ports)

    def ports(self) -> set[int]:
        """What the learner's programs listen on."""
        if self._diag is None:
            return set()
        try:
            return {port for address, port in sockdiag.listening(self._diag) if address not in self._reserved}
        except OSError:  # a kernel that can't be asked, or a moment at which it has no memory for the answer
            return set()

    def _begin(self, frame: wire.Frame, reply: socket.socket) -> None:
        if frame.kind == "watch" and len(self._watches) < MAX_WATCHERS:
            watch = _Watch(reply, time.monotonic() + FIRST_LOOK)
            self._watches.add(watch)
            self._selector.register(reply, selectors.EVENT_READ, lambda: self._leave(watch))
        elif frame.kind == "dial" and len(self._dials) < MAX_DIALS:
            cloud, port = bool(frame.header.get("cloud")), int(frame.header["port"])
            dial = _Dial(reply, port, [CLOUD_ADDRESS] if cloud else list(self._own), time.monotonic() + DIAL_SECONDS)
            self._dials.add(dial)
            self._next(dial)
        else:
            _answer(reply, {"kind": "refused", "why": "busy"})
            reply.close()

    # --- connecting --------------------------------------------------------------------------------------------------------

    def _next(self, dial: _Dial) -> None:
        """Try the next address; a program may listen at one of them alone."""
        while dial.left:
            address = dial.left.pop(0)
            dial.sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
            dial.sock.setblocking(False)
            if dial.sock.connect_ex((address, dial.port)) in {0, errno.EINPROGRESS}:
                self._selector.register(dial.sock, selectors.EVENT_WRITE, lambda: self._connected(dial))
                return
            dial.sock.close()
            dial.sock = None
        self._refuse(dial, "closed")

    def _connected(self, dial: _Dial) -> None:
        assert dial.sock is not None  # noqa: S101
        self._selector.unregister(dial.sock)
        if dial.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            dial.sock.close()
            dial.sock = None
            self._next(dial)
            return
        _answer(dial.reply, {"kind": "connected"}, dial.sock)
        self._end(dial)

    def _refuse(self, dial: _Dial, why: str) -> None:
        if dial.sock is not None:
            self._selector.unregister(dial.sock)
        _answer(dial.reply, {"kind": "refused", "why": why})
        self._end(dial)

    def _end(self, dial: _Dial) -> None:
        self._dials.discard(dial)
        if dial.sock is not None:
            dial.sock.close()
        dial.reply.close()

    # --- watching ----------------------------------------------------------------------------------------------------------

    def _tell(self, watch: _Watch, ports: list[int]) -> None:
        watch.told = ports
        if not _answer(watch.reply, {"kind": "ports", "ports": ports}):
            self._leave(watch)

    def _leave(self, watch: _Watch) -> None:
        if watch in self._watches:
            self._watches.discard(watch)
            self._selector.unregister(watch.reply)
            watch.reply.close()


def _answer(reply: socket.socket, header: dict[str, object], connection: socket.socket | None = None) -> bool:
    """Never waits: a frame is small, and who does not read has gone."""
    try:
        wire.send(reply, header, fds=[] if connection is None else [connection.fileno()])
    except wire.WireError:
        return False
    return True
