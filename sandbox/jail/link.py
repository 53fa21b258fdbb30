"""Frames over a socket that never blocks: the supervisor's ends of its conversations."""

from __future__ import annotations

import array
import contextlib
import os
import socket
import struct
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from sandbox import wire
from sandbox.jail.loop import READ, WRITE, Loop

_CHUNK = 262144
_SO_PASSCRED = 16
_SCM_CREDENTIALS = 2
_CREDENTIALS = struct.Struct("3i")


class Link:
    """``on_frame`` gets each frame and owns its descriptors; ``on_close`` is called once, when the peer is gone or talks
    nonsense, not after ``close()``. ``peer`` is the sender's pid when ``credentials`` are asked for and it has sent something."""

    def __init__(
        self,
        loop: Loop,
        sock: socket.socket,
        on_frame: Callable[[wire.Frame], None],
        on_close: Callable[[], None],
        *,
        credentials: bool = False,
    ) -> None:
        self._loop, self._sock, self._on_frame, self._on_close = loop, sock, on_frame, on_close
        self._decoder = wire.Decoder()
        self._queue: deque[tuple[memoryview, list[int]]] = deque()
        self.peer: int | None = None
        self.open = True
        sock.setblocking(False)
        if credentials:
            sock.setsockopt(socket.SOL_SOCKET, _SO_PASSCRED, 1)
        loop.watch(sock.fileno(), READ, self._ready)

    def send(self, header: dict[str, Any], payload: bytes = b"", fds: Sequence[int] = ()) -> None:
        """Queue a frame; it takes copies of ``fds``."""
        if not self.open:
            return
        data = memoryview(wire.encode(header, payload, len(fds)))
        self._queue.append((data, [os.dup(fd) for fd in fds]))
        self._write()

    def close(self, *, linger: bool = False) -> None:
        """Let go of the socket; with ``linger`` what is queued is sent first, blocking for at most a second."""
        if not self.open:
            return
        if linger and self._queue:
            self._sock.settimeout(1)
            with contextlib.suppress(OSError):
                for data, _fds in self._queue:
                    self._sock.sendall(data)
        self.open = False
        self._loop.unwatch(self._sock.fileno())
        for _data, fds in self._queue:
            wire.close_all(fds)
        self._queue.clear()
        self._decoder.close()
        self._sock.close()

    def _ready(self) -> None:
        if self._queue:
            self._write()
        if self.open:
            self._read()

    def _write(self) -> None:
        try:
            while self._queue:
                data, fds = self._queue[0]
                sent = self._transmit(data, fds)
                wire.close_all(fds)
                if sent < len(data):
                    self._queue[0] = (data[sent:], fds)
                else:
                    self._queue.popleft()
        except BlockingIOError:
            pass
        except OSError:
            # The reader finds the end of file and reports it, once and from the loop.
            self._queue.clear()
        self._loop.watch(self._sock.fileno(), READ | WRITE if self._queue else READ, self._ready)

    def _transmit(self, data: memoryview, fds: list[int]) -> int:
        if not fds:
            return self._sock.send(data[:_CHUNK])
        return self._sock.sendmsg([data[:_CHUNK]], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])

    def _read(self) -> None:
        try:
            data, fds = self._receive()
            frames = list(self._decoder.feed(data, fds))
        except BlockingIOError:
            return
        except (OSError, wire.WireError):
            data, frames = b"", []
        if not data:
            self.close()
            self._on_close()
        for frame in frames:
            if self.open:
                self._on_frame(frame)
            else:
                frame.close()

    def _receive(self) -> tuple[bytes, list[int]]:
        space = socket.CMSG_SPACE(4 * wire.MAX_FDS) + socket.CMSG_SPACE(_CREDENTIALS.size)
        data, ancillary, _flags, _address = self._sock.recvmsg(_CHUNK, space, socket.MSG_CMSG_CLOEXEC)
        fds = array.array("i")
        for level, kind, value in ancillary:
            if level != socket.SOL_SOCKET:
                continue
            if kind == socket.SCM_RIGHTS:
                fds.frombytes(value[: len(value) - len(value) % fds.itemsize])
            elif kind == _SCM_CREDENTIALS and len(value) >= _CREDENTIALS.size:
                self.peer = _CREDENTIALS.unpack_from(value)[0] or self.peer
        return data, list(fds)
