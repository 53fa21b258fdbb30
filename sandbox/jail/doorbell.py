"""A command's way to the warm tools: one socket a tool in its jail, at which the tool's shim rings, and the account of those who came."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sandbox.jail import join
from sandbox.jail.loop import READ, Loop
from sandbox.jail.zygotes import Guest, ToolZygote

MOST_GUESTS = 16  # with its shim each is two of the 128 processes that a jail may have; the seventeenth is one
_BACKLOG = 64
_LOOK_SECONDS, _SLOWER = 0.001, 1.1


class Doorbell:
    """``folder`` is /run/sandbox inside; ``init`` tells the jail's pid 1 as the host numbers it, None before it is known; ``line`` is the
    command. Nothing that comes through a connection is read here: who the caller is, the kernel says, and which jail it is in, the
    socket."""

    def __init__(self, loop: Loop, folder: Path, tools: Mapping[str, ToolZygote], init: Callable[[], int | None], line: str = "") -> None:
        self._loop, self._init = loop, init
        self._listeners: list[tuple[socket.socket, ToolZygote]] = []
        self._door: list[int] = []
        self._open = True
        self._outside: dict[ToolZygote, int] = {}  # who was sent ahead of a call and waits to come in, by number
        self._ahead: dict[ToolZygote, int] = {}  # who is inside before a call
        self._standing: set[int] = set()  # their host pids
        self.callers: dict[int, int] = {}  # host pids: of a guest, of the shim it stands in for
        self.spent = 0.0  # seconds of CPU of the guests that have left
        self._named = [zygote for name, zygote in tools.items() if zygote.ready and re.search(rf"\b{re.escape(name)}\b", line)]
        for name, zygote in tools.items():
            if zygote.ready:
                self._listen(folder, f"{name}.socket", zygote)

    def pids(self) -> list[int]:
        return list(self._standing.union(self.callers))

    def cpu(self) -> float:
        return self.spent

    def stand_by(self, pids: Callable[[], Sequence[int]]) -> None:
        """Have the tools that the command names be born in the jail (``pids``: its processes) while that is being made, and come in when
        it is."""
        init = self._init()
        if not self._named or init is None:
            return
        with contextlib.suppress(OSError):
            space = os.open(f"/proc/{init}/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
            for zygote in self._named:
                number = zygote.stand_by(space, self._standby())
                if number is not None:
                    self._outside[zygote] = number
            os.close(space)
        self._when_made(pids, _LOOK_SECONDS)

    def _when_made(self, pids: Callable[[], Sequence[int]], pause: float) -> None:
        """The jail's first process enters the last of its namespaces before it has a child."""
        if self._open and self._outside:
            if self._standing.issuperset(pids()[1:]):
                self._loop.later(pause, lambda: self._when_made(pids, pause * _SLOWER))
            else:
                self._let_in()

    def _let_in(self) -> None:
        while self._outside and self._opened():
            zygote, number = self._outside.popitem()
            zygote.let_in(number, self._door)
            self._ahead[zygote] = number

    def close(self) -> None:
        """Nobody else comes in; those inside end with the jail."""
        self._open = False
        for listener, _zygote in self._listeners:
            self._loop.unwatch(listener.fileno())
            listener.close()
        self._listeners.clear()
        while self._door:
            os.close(self._door.pop())

    def _listen(self, folder: Path, name: str, zygote: ToolZygote) -> None:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        at = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            listener.bind(f"/proc/self/fd/{at}/{name}")  # a path of a folder below may be too long for an address
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()  # the shim starts the plain program then
            return
        finally:
            os.close(at)
        listener.setblocking(False)
        self._listeners.append((listener, zygote))
        self._await(listener, zygote)

    def _await(self, listener: socket.socket, zygote: ToolZygote) -> None:
        if self._open:
            self._loop.watch(listener.fileno(), READ, lambda: self._answer(listener, zygote))

    def _answer(self, listener: socket.socket, zygote: ToolZygote) -> None:
        try:
            conn = listener.accept()[0]
        except OSError:
            return
        with conn:
            shim = int.from_bytes(conn.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 4), sys.byteorder)
            if len(self.callers) >= MOST_GUESTS or not self._opened():
                return
            # One at a time from one jail: whoever rings all day takes turns with the others.
            self._loop.unwatch(listener.fileno())
            self._let_in()  # whoever rings, rings in a jail that is made
            zygote.join(conn.fileno(), self._door, self._guest(listener, zygote, shim), self._ahead.pop(zygote, None))

    def _opened(self) -> bool:
        init = self._init()
        if not self._door and init is not None:
            with contextlib.suppress(OSError):
                self._door = join.open_door(init)
        return bool(self._door)

    def _standby(self) -> Guest:
        came: list[int] = []

        def standing(pid: int) -> None:
            if pid:
                came.append(pid)
                self._standing.add(pid)

        def left(cpu: float) -> None:
            self.spent += cpu
            self._standing.difference_update(came)

        return Guest(standing, left)

    def _guest(self, listener: socket.socket, zygote: ToolZygote, shim: int) -> Guest:
        came: list[int] = []

        def joined(pid: int) -> None:
            if pid:
                came.append(pid)
                self.callers[pid] = shim
            self._await(listener, zygote)

        def left(cpu: float) -> None:
            self.spent += cpu
            for pid in came:
                with contextlib.suppress(KeyError):
                    del self.callers[pid]

        return Guest(joined, left)
