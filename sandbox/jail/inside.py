"""What the network helper does in the sandbox's network for the worker: it connects, and says which ports are listened on.

The worker sends a frame with a socket of its own, and is answered on that one: nothing has to be matched, and whoever goes
away hangs up. Nothing is read here of what the connections carry.
"""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox import wire
from sandbox.jail.dns import CLOUD_ADDRESS

MAX_DIALS = 16
MAX_WATCHERS = 8
MAX_PORTS = 16
"""So many ports are told, the lowest: a program may listen on thousands."""
DIAL_SECONDS = 3.0
FIRST_LOOK, LAST_LOOK, GROWS = 0.25, 1.0, 1.4  # seconds between two looks at what is listened on
_LISTEN = "0A"
_TABLES = ("/proc/self/net/tcp", "/proc/self/net/tcp6")


def open_tables() -> list[int]:
    """The kernel's tables of this process's network, to be read again and again, also where /proc is out of sight."""
    found = []
    for path in _TABLES:
        with contextlib.suppress(FileNotFoundError):  # a kernel without IPv6
            found.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    return found


def listening(table: str, reserved: frozenset[str]) -> set[int]:
    """The ports of a table of the form of proc_net_tcp(5) that are listened on, but for those of ``reserved`` IPv4 addresses."""
    found = set()
    for line in table.splitlines()[1:]:
        words = line.split(maxsplit=4)
        if len(words) < 4 or words[3] != _LISTEN:
            continue
        address, _, port = words[1].partition(":")
        if len(address) != 8 or _dotted(address) not in reserved:
            found.add(int(port, 16))
    return found


def _dotted(address: str) -> str:
    return socket.inet_ntoa(bytes.fromhex(address)[::-1])


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
    """``tables``: of ``open_tables``. ``own``: the addresses at which the learner's programs may listen. ``reserved``: those at which
    the sandbox itself does."""

    def __init__(self, selector: selectors.BaseSelector, tables: Sequence[int], own: Sequence[str], reserved: Sequence[str]) -> None:
        self._selector, self._tables, self._own, self._reserved = selector, tables, own, frozenset(reserved)
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
        found: set[int] = set()
        for fd in self._tables:
            os.lseek(fd, 0, os.SEEK_SET)
            table = b"".join(iter(lambda: os.read(fd, 65536), b""))  # noqa: B023 - read to its end here and now
            found |= listening(table.decode(), self._reserved)
        return found

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
