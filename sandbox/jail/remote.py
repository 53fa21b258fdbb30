"""The worker's end of one live checkout: run, type, call, freeze, close. Made by ``client.Supervisor.open``; safe from many threads."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import TracebackType
from typing import Any, Literal, Self

from sandbox import wire
from sandbox.errors import CloudError, Fault, SandboxError
from sandbox.jail.answers import Answers

TAKEN_BYTES = 65536
"""So much output is taken before the supervisor is told; it holds a program back that is several times as far ahead."""
Mode = Literal["pty", "pipe"]


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a command ended. ``status``: the shell's ``$?``. ``reason``: exit, stopped, wall, cpu, memory, files, disk or killed.
    ``cwd``: absolute path inside. ``incomplete``: the shell would ask for more (PS2); nothing ran. ``background``: it left programs
    running, which ended with it. Times in milliseconds."""

    status: int
    reason: str
    cwd: str
    incomplete: bool
    background: bool
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


class Terminal:
    """A shell of its own in the checkout, for one command at a time: the saved state of shell ``number`` is what it begins with, and
    what it leaves. ``send``, ``resize``, ``interrupt`` and ``kill`` do nothing without a command under way."""

    def __init__(self, checkout: Checkout, number: int) -> None:
        self._checkout, self._number = checkout, number
        self._running: int | None = None

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
        taken = 0
        number = self._checkout.next_number()
        frame = {"kind": "run", "id": number, "line": line, "rows": rows, "cols": cols, "save": save, "mode": mode}
        frame |= {"terminal": self._number} | ({} if wall is None else {"wall": wall})
        with self._checkout.answers.expected(number), self._under_way(number):
            self._checkout.tell(frame)
            while True:
                answer = self._checkout.answers.next(number)
                if answer.kind == "output":
                    first = time.monotonic() if first is None else first
                    write(answer.payload)
                    taken += len(answer.payload)
                    if taken >= TAKEN_BYTES:
                        self._checkout.tell({"kind": "taken", "id": number, "bytes": taken})
                        taken = 0
                elif answer.kind == "started" and started is not None:
                    started()
                elif answer.kind == "waiting" and waiting is not None:
                    waiting()
                elif answer.kind == "exited":
                    return _result(answer.header, begun, first)

    @contextlib.contextmanager
    def _under_way(self, number: int) -> Iterator[None]:
        self._running = number
        try:
            yield
        except BaseException:
            self.kill()  # nobody waits for it any more
            raise
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

    def _tell(self, header: dict[str, Any], payload: bytes = b"") -> None:
        if (running := self._running) is not None:
            self._checkout.tell({**header, "id": running}, payload)


class Checkout:
    """One live checkout in the supervisor. Made by ``Supervisor.open``; ``close()`` returns when its processes are gone.
    ``run``, ``send``, ``resize``, ``interrupt`` and ``kill`` are those of its ``first`` terminal."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._sending = threading.Lock()
        self._numbers = itertools.count(1)
        self.answers = Answers(sock)
        self.first = first = Terminal(self, 1)
        self.run, self.send, self.resize, self.interrupt, self.kill = first.run, first.send, first.resize, first.interrupt, first.kill

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self.close()
        else:
            self.abort()
            self.release()

    def terminal(self, number: int) -> Terminal:
        """Another terminal, with the shell of that number (from 1): ``terminal(1)`` is beside the first one, over the same shell."""
        return Terminal(self, number)

    def open(self, frame: dict[str, Any]) -> None:
        """The first exchange; ``Supervisor.open`` does it."""
        self._exchange({"kind": "open", **frame}, "opened")

    def call(self, service: str, operation: str, params: Mapping[str, Any] | None = None, *, account: str | None = None) -> Any:
        """Ask the simulated account as boto3 would (``"s3", "list_buckets"``). Raises CloudError for an answer that is one."""
        answer = self._ask({"kind": "call", "service": service, "operation": operation, "params": params or {}, "account": account})
        if answer.kind == "cloud-error":
            raise CloudError(str(answer.header.get("code")), str(answer.header.get("message")))
        return answer.header.get("value")

    def advance(self, *, skip: bool = False) -> float:
        """Start the account if it is not live and run what is due; with ``skip`` go to the moment of the next event first.
        Returns the seconds that its clock went on."""
        return float(self._ask({"kind": "advance", "skip": skip}).header.get("value") or 0.0)

    def freeze(self) -> Frozen:
        """Write the account's state and its new bodies into the checkout's ``cloud`` folder. The account stays usable."""
        header = self._ask({"kind": "freeze"}).header
        return Frozen(**{one.name: header[one.name] for one in fields(Frozen) if one.name in header})

    def inside(self, header: dict[str, Any]) -> socket.socket:
        """Ask the helper in the sandbox's network: a socket on which it answers. From any thread; see ``reach``."""
        if self.answers.end is not None:
            raise self.answers.end
        ours, theirs = socket.socketpair()
        with theirs:
            self.tell(header, fds=[theirs.fileno()])
        return ours

    def close(self) -> None:
        """End it; returns when no process of it is left. A checkout that is dead already closes silently."""
        try:
            self._exchange({"kind": "close"}, "closed")
        except SandboxError:
            pass
        finally:
            self.release()

    def abort(self) -> None:
        """Kill everything of it without waiting; what is under way in another thread raises Fault."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Let go of the descriptors; after ``abort``."""
        self.answers.close(Fault("closed", "The checkout is closed."))
        self._sock.close()

    def next_number(self) -> int:
        """An id for what is asked next."""
        return next(self._numbers)

    def tell(self, header: dict[str, Any], payload: bytes = b"", fds: Sequence[int] = ()) -> None:
        """A peer that is gone shows when its answer is read: what it last said, a fault perhaps, comes before its end."""
        with self._sending, contextlib.suppress(wire.WireError):
            wire.send(self._sock, header, payload, fds)

    def _ask(self, frame: dict[str, Any]) -> wire.Frame:
        number = self.next_number()
        with self.answers.expected(number):
            self.tell({**frame, "id": number})
            return self.answers.next(number)

    def _exchange(self, frame: dict[str, Any], answer: str) -> None:
        with self.answers.expected(None):
            self.tell(frame)
            while self.answers.next(None).kind != answer:
                pass


def _result(header: Mapping[str, Any], begun: float, first: float | None) -> RunResult:
    now = time.monotonic()
    return RunResult(
        status=int(header["status"]),
        reason=str(header["reason"]),
        cwd=str(header["cwd"]),
        incomplete=bool(header["incomplete"]),
        background=bool(header.get("background")),
        first_output_ms=None if first is None else round((first - begun) * 1000),
        duration_ms=round((now - begun) * 1000),
    )
