"""A command's way to the warm tools: one socket a tool in its jail, at which the tool's shim rings, and the account of those who came."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from sandbox.jail import join
from sandbox.jail.loop import READ, Loop
from sandbox.jail.zygotes import Guest, ToolZygote

MOST_GUESTS = 16  # with its shim each is two of the 128 processes that a jail may have; the seventeenth is one
_BACKLOG = 64


class Doorbell:
    """``folder`` is /run/sandbox inside; ``init`` tells the jail's pid 1 as the host numbers it, None before it is known. Nothing
    that comes through a connection is read here: who the caller is, the kernel says, and which jail it is in, the socket."""

    def __init__(self, loop: Loop, folder: Path, tools: Mapping[str, ToolZygote], init: Callable[[], int | None]) -> None:
        self._loop, self._init = loop, init
        self._listeners: list[tuple[socket.socket, ToolZygote]] = []
        self._door: list[int] = []
        self._open = True
        self.callers: dict[int, int] = {}  # host pids: of a guest, of the shim it stands in for
        self.spent = 0.0  # seconds of CPU of the guests that have left
        for name, zygote in tools.items():
            if zygote.ready:
                self._listen(folder, f"{name}.socket", zygote)

    def pids(self) -> list[int]:
        return list(self.callers)

    def cpu(self) -> float:
        return self.spent

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
            init = self._init()
            if init is None or len(self.callers) >= MOST_GUESTS:
                return
            if not self._door:
                try:
                    self._door = join.open_door(init)
                except OSError:
                    return
            # One at a time from one jail: whoever rings all day takes turns with the others.
            self._loop.unwatch(listener.fileno())
            zygote.join(conn.fileno(), self._door, self._guest(listener, zygote, shim))

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
