"""The worker's end of one live checkout: run, type, call, freeze, close. Made by ``client.Supervisor.open``."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import TracebackType
from typing import Any, Literal, Self

from sandbox import wire
from sandbox.errors import CloudError, Fault, OverQuota, SandboxError

_TOO_MUCH = {"cloud-memory", "cloud-cpu"}
"""Codes of faults that the learner's own doing led to."""
Mode = Literal["pty", "pipe"]


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a command ended. ``status``: the shell's ``$?``. ``reason``: exit, stopped, wall, cpu, memory, files, disk or killed.
    ``cwd``: absolute path inside. ``incomplete``: the shell would ask for more (PS2); nothing ran. Times in milliseconds."""

    status: int
    reason: str
    cwd: str
    incomplete: bool
    first_output_ms: int | None
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """The account at one moment. ``touched``: a cloud process ran; ``dirty``: it changed something. ``root``: sha256 of the file in
    the checkout's ``cloud`` folder that holds the new state, None when unchanged. ``bodies``: all that the state refers to.
    ``inventory``: of a dirty one. ``clock``: what the account's clock shows, ``due_in``: its seconds until the next event; both are
    only said when touched. ``failed``: events whose handlers broke."""

    touched: bool
    dirty: bool
    root: str | None
    bodies: list[str]
    inventory: dict[str, Any] = field(default_factory=dict)
    clock: float = 0.0
    due_in: float | None = None
    failed: list[str] = field(default_factory=list)


class Checkout:
    """One live checkout in the supervisor. Made by ``Supervisor.open``; ``close()`` returns when its processes are gone."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._reader = wire.Reader(sock)
        self._sending = threading.Lock()
        self._running: int | None = None
        self._number = 0
        self._dead: SandboxError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self.close()
        else:
            self.abort()
            self.release()

    def run(
        self,
        line: str,
        write: Callable[[bytes], object] = lambda data: None,
        started: Callable[[], object] | None = None,
        *,
        rows: int = 24,
        cols: int = 100,
        save: bool = True,
        mode: Mode = "pty",
        wall: float | None = None,
        waiting: Callable[[], object] | None = None,
    ) -> RunResult:
        """Run ``line`` (one or more lines of bash) and wait for its end. ``write`` gets output as it comes (while it blocks the program
        is held back), ``waiting`` is called when the program waits for typing, ``wall`` is in seconds. ``save``: keep the shell's
        state for the next command. Mode ``pipe``: no terminal, both outputs merged, the learner's variables but a plain bash."""
        begun = time.monotonic()
        first: float | None = None
        number = self._next()
        frame = {"kind": "run", "id": number, "line": line, "rows": rows, "cols": cols, "save": save, "mode": mode}
        self._send(frame if wall is None else {**frame, "wall": wall})
        self._running = number
        try:
            while True:
                answer = self._read(number)
                if answer.kind == "output":
                    first = time.monotonic() if first is None else first
                    write(answer.payload)
                elif answer.kind == "started" and started is not None:
                    started()
                elif answer.kind == "waiting" and waiting is not None:
                    waiting()
                elif answer.kind == "exited":
                    return _result(answer.header, begun, first)
        finally:
            self._running = None

    def send(self, data: bytes) -> None:
        """Type these bytes."""
        self._tell({"kind": "input"}, data)

    def resize(self, rows: int, cols: int) -> None:
        self._tell({"kind": "resize", "rows": rows, "cols": cols})

    def interrupt(self) -> None:
        """^C to the foreground job; what still runs 3 seconds later is killed."""
        self._tell({"kind": "signal", "name": "INT"})

    def kill(self) -> None:
        """SIGKILL to every process of the command."""
        self._tell({"kind": "signal", "name": "KILL"})

    def open(self, frame: dict[str, Any]) -> None:
        """The first exchange; ``Supervisor.open`` does it."""
        self._send({"kind": "open", **frame})
        while self._read(None).kind != "opened":
            pass

    def call(self, service: str, operation: str, params: Mapping[str, Any] | None = None, *, account: str | None = None) -> Any:
        """Ask the simulated account as boto3 would (``"s3", "list_buckets"``). Raises CloudError for an answer that is one."""
        number = self._next()
        self._send({"kind": "call", "id": number, "service": service, "operation": operation, "params": params or {}, "account": account})
        answer = self._read(number)
        if answer.kind == "cloud-error":
            raise CloudError(str(answer.header.get("code")), str(answer.header.get("message")))
        return answer.header.get("value")

    def advance(self, *, skip: bool = False) -> float:
        """Start the account if it is not live and run what is due; with ``skip`` go to the moment of the next event first.
        Returns the seconds that its clock went on."""
        number = self._next()
        self._send({"kind": "advance", "id": number, "skip": skip})
        return float(self._read(number).header.get("value") or 0.0)

    def freeze(self) -> Frozen:
        """Write the account's state and its new bodies into the checkout's ``cloud`` folder. The account stays usable."""
        number = self._next()
        self._send({"kind": "freeze", "id": number})
        header = self._read(number).header
        return Frozen(**{one.name: header[one.name] for one in fields(Frozen) if one.name in header})

    def inside(self, header: dict[str, Any]) -> socket.socket:
        """Ask the helper in the sandbox's network: a socket on which it answers. From any thread; see ``reach``."""
        if self._dead is not None:
            raise self._dead
        ours, theirs = socket.socketpair()
        with theirs:
            self._send(header, fds=[theirs.fileno()])
        return ours

    def close(self) -> None:
        """End it; returns when no process of it is left. A checkout that is dead already closes silently."""
        try:
            if self._dead is None:
                self._send({"kind": "close"})
                while self._read(None).kind != "closed":
                    pass
        except Fault:
            pass
        finally:
            self.release()

    def abort(self) -> None:
        """Kill everything of it without waiting; what is under way in another thread raises Fault."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Let go of the descriptors; after ``abort``."""
        self._dead = self._dead or Fault("closed", "The checkout is closed.")
        self._reader.close()
        self._sock.close()

    def _next(self) -> int:
        if self._dead is not None:
            raise self._dead
        self._number += 1
        return self._number

    def _tell(self, header: dict[str, Any], payload: bytes = b"") -> None:
        if (running := self._running) is not None:
            self._send({**header, "id": running}, payload)

    def _send(self, header: dict[str, Any], payload: bytes = b"", fds: Sequence[int] = ()) -> None:
        """A peer that is gone shows when its answer is read: what it last said, a fault perhaps, comes before its end."""
        with self._sending, contextlib.suppress(wire.WireError):
            wire.send(self._sock, header, payload, fds)

    def _read(self, number: int | None) -> wire.Frame:
        """The next frame that answers ``number``; what belongs to a command that was given up is passed over."""
        while True:
            try:
                frame = self._reader.read()
            except (wire.WireError, TimeoutError) as error:
                raise self._lost(error) from error
            frame.close()
            if frame.kind == "fault":
                code, detail = str(frame.header.get("code")), str(frame.header.get("detail"))
                self._dead = OverQuota(code, detail) if code in _TOO_MUCH else Fault(code, detail)
                raise self._dead
            if number is None or frame.header.get("id") == number:
                return frame

    def _lost(self, error: Exception) -> SandboxError:
        if self._dead is None:
            self._dead = Fault("supervisor-died", f"The process that runs sandboxes has gone: {error}")
        return self._dead


def _result(header: Mapping[str, Any], begun: float, first: float | None) -> RunResult:
    now = time.monotonic()
    return RunResult(
        status=int(header["status"]),
        reason=str(header["reason"]),
        cwd=str(header["cwd"]),
        incomplete=bool(header["incomplete"]),
        first_output_ms=None if first is None else round((first - begun) * 1000),
        duration_ms=round((now - begun) * 1000),
    )
