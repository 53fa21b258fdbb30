"""The frames that come over one socket, each to the thread that waits for its id.

There is no thread for it: of those who wait one reads for all, so that who is alone is woken by the kernel and by nobody else.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Iterator

from sandbox import wire
from sandbox.errors import Fault, OverQuota, SandboxError

_TOO_MUCH = {"cloud-memory", "cloud-cpu"}
"""Codes of faults that the learner's own doing led to."""
Number = int | None
"""A frame's id; None of those that answer no question."""


class Answers:
    """``end`` is why nothing comes any more: a fault that the other side told, or that it is gone."""

    def __init__(self, sock: socket.socket) -> None:
        self.end: SandboxError | None = None
        self._reader = wire.Reader(sock)
        self._turn = threading.Condition()
        self._reading = False
        self._expected: dict[Number, deque[wire.Frame]] = {}

    @contextlib.contextmanager
    def expected(self, number: Number) -> Iterator[None]:
        """Keep what answers ``number`` until the block ends: ask within it. What nobody expects is passed over. Raises ``end``."""
        with self._turn:
            if self.end is not None:
                raise self.end
            self._expected[number] = deque()
        try:
            yield
        finally:
            with self._turn:
                self._expected.pop(number, None)

    def next(self, number: Number) -> wire.Frame:
        """The next frame that answers ``number``. What came before the end is still given; then ``end`` is raised."""
        mine = self._expected[number]
        while True:
            with self._turn:
                self._turn.wait_for(lambda: mine or self.end is not None or not self._reading)
                if mine:
                    return mine.popleft()
                if self.end is not None:
                    raise self.end
                self._reading = True
            self._read_one()

    def close(self, end: SandboxError) -> None:
        """Once nothing comes any more: who still reads is waited for."""
        with self._turn:
            self.end = self.end or end
            self._turn.wait_for(lambda: not self._reading)
            self._reader.close()

    def _read_one(self) -> None:
        frame: wire.Frame | None = None
        end: SandboxError | None = None
        try:
            frame = self._reader.read()
            frame.close()
            end = _fault(frame)
        except (wire.WireError, TimeoutError) as error:
            end = Fault("supervisor-died", f"The process that runs sandboxes has gone: {error}")
        finally:
            with self._turn:
                self._reading = False
                self.end = self.end or end
                if frame is not None and (queue := self._expected.get(frame.header.get("id"))) is not None:
                    queue.append(frame)
                self._turn.notify_all()


def _fault(frame: wire.Frame) -> SandboxError | None:
    if frame.kind != "fault":
        return None
    code, detail = str(frame.header.get("code")), str(frame.header.get("detail"))
    return OverQuota(code, detail) if code in _TOO_MUCH else Fault(code, detail)
