"""The warm process that a tool's calls are forked from: ``python -m sandbox.tools.zygote FD TOOL`` (a unix stream socket's number).

``TOOL`` is a module of this package: its ``warm()`` loads what a start would load and returns what runs one call in a child, and what
rehearses one. Runs
in a jail of its own, single-threaded, without network or anybody's files, and never reads what a learner wrote.

Frames: ``configure`` is answered ``ready`` when warm; ``join`` (``id``; descriptors: the
connection to the shim, then a jail's door) by ``joined`` with the child's pid or ``refused``, and ``left`` with the CPU seconds it took.
``stand`` (``id``; a pid namespace) has a child born there ahead of a call, answered ``standing`` or ``refused``, and ``enter`` (``id``; a
door) lets it in; a ``join`` with its number as ``standby`` is its call, if it is still fit for one, and as what it was it has then left.
``rehearsed`` (``pid``: a child that ran one call, and waits) is answered ``written`` with what pages.py finds in it, which those who are
born ahead make their own.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
import time
import traceback
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

from sandbox import wire
from sandbox.jail import join, kernel, pages
from sandbox.jail.link import Link
from sandbox.jail.loop import READ, Loop
from sandbox.tools import caller

Run = Callable[[Sequence[bytes], Callable[[int], None]], NoReturn]
Tool = tuple[Run, Callable[[], None]]
_STATUS = b"s%d\n"


@dataclass(slots=True)
class _Child:
    """``number``: of the frame it is there for. ``line`` leads to one that stands by; ``shim`` (a pidfd) and ``conn`` are its caller's."""

    number: int
    pid: int
    pidfd: int
    line: socket.socket | None = None
    shim: int = -1
    conn: int = -1

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def take(self, conn: int) -> bool:
        """Whether one that stands by takes this call; else it is dead, or will be. Any process of its jail may have stopped it."""
        assert self.line is not None  # noqa: S101
        try:
            if os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is None:
                socket.send_fds(self.line, [b"x"], [conn])
                return True
        except OSError:
            pass
        self.kill()
        return False


class Zygote:
    def __init__(self, sock: socket.socket, tool: Tool, began: float) -> None:
        self._loop, self._began = Loop(), began
        self._run, self._rehearse = tool
        self._link = Link(self._loop, sock, self._frame, self._loop.stop)
        self._standing: dict[int, _Child] = {}
        self._rehearsing: _Child | None = None
        self._written = array("Q")

    def serve(self) -> None:
        gc.collect()
        gc.freeze()  # the children's collector leaves these pages alone, so they stay shared
        self._loop.run()

    def _frame(self, frame: wire.Frame) -> None:
        try:
            if frame.kind == "configure":
                self._link.send({"kind": "ready", "seconds": round(time.monotonic() - self._began, 3)})
                self._learn()
            elif frame.kind == "written":
                self._written = array("Q", frame.payload)
                self._learnt()
            elif frame.kind == "stand":
                self._stand(frame.header["id"], frame.fds)
            elif frame.kind == "enter":
                self._let_in(frame.header["id"], frame.fds)
            elif frame.kind == "join":
                self._join(frame.header["id"], frame.header["standby"], frame.fds)
        finally:
            frame.close()

    def _learn(self) -> None:
        """Have a child run one call, and be looked at while it is still there."""
        ours, theirs = socket.socketpair()
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            try:
                kernel.die_with(parent)
                ours.close()
                self._rehearse()
                theirs.send(b"x")
                theirs.recv(1)
            finally:
                os._exit(0)
        theirs.close()
        self._rehearsing = _Child(0, pid, os.pidfd_open(pid), ours)

        def rehearsed() -> None:
            self._loop.unwatch(ours.fileno())
            if ours.recv(1):
                self._link.send({"kind": "rehearsed", "pid": pid})
            else:
                self._learnt()

        self._loop.watch(ours.fileno(), READ, rehearsed)

    def _learnt(self) -> None:
        child, self._rehearsing = self._rehearsing, None
        if child is not None and child.line is not None:
            child.kill()
            child.line.close()
            os.close(child.pidfd)
            os.waitpid(child.pid, 0)

    def _let_in(self, number: int, door: list[int]) -> None:
        child = self._standing.get(number)
        if child is not None and child.line is not None:
            with contextlib.suppress(OSError):
                socket.send_fds(child.line, [b"x"], door)

    def _stand(self, number: int, door: list[int]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            child = self._fork(number, theirs.fileno(), door, ahead=True)
        if child is None:
            ours.close()
            return
        child.line = ours
        self._standing[number] = child
        self._link.send({"kind": "standing", "id": number, "pid": child.pid})

    def _join(self, number: int, standby: int | None, fds: list[int]) -> None:
        conn, *door = fds
        try:
            shim = os.pidfd_open(_peer(conn))
        except OSError:
            self._link.send({"kind": "refused", "id": number})
            return
        child = self._standing.pop(standby, None) if standby is not None else None
        if child is not None and child.take(conn):
            ahead, child.number = child.number, number
        else:
            ahead, child = None, self._fork(number, conn, door, ahead=False)
        if child is None:
            os.close(shim)
            return
        self._link.send({"kind": "joined", "id": number, "pid": child.pid})
        if ahead is not None:
            self._link.send({"kind": "left", "id": ahead, "cpu": 0.0})
        # Whoever kills the shim means the tool.
        child.shim, child.conn = shim, os.dup(conn)
        self._loop.watch(shim, READ, partial(self._abandoned, child))

    def _fork(self, number: int, fd: int, door: list[int], *, ahead: bool) -> _Child | None:
        """A child that hears of its call on ``fd``: from the shim or, born ahead, from here. None when there is none, as is told."""
        try:
            pid = join.fork_inside(door[-1])
        except OSError:
            self._link.send({"kind": "refused", "id": number})
            return None
        if pid == 0:
            self._child(fd, door, ahead=ahead)
        child = _Child(number, pid, os.pidfd_open(pid))
        self._loop.watch(child.pidfd, READ, partial(self._reap, child))
        return child

    def _abandoned(self, child: _Child) -> None:
        self._loop.unwatch(child.shim)
        child.kill()

    def _reap(self, child: _Child) -> None:
        """How it died is told where it could not tell itself."""
        self._loop.unwatch(child.pidfd)
        self._standing.pop(child.number, None)
        _pid, status, used = os.wait4(child.pid, 0)
        os.close(child.pidfd)
        if child.line is not None:
            child.line.close()
        if child.shim >= 0:
            self._loop.unwatch(child.shim)
            os.close(child.shim)
            with contextlib.suppress(OSError), socket.socket(fileno=child.conn) as shim_end:
                shim_end.send(_STATUS % status, socket.MSG_DONTWAIT)
        self._link.send({"kind": "left", "id": child.number, "cpu": round(used.ru_utime + used.ru_stime, 4)})

    def _child(self, fd: int, door: list[int], *, ahead: bool) -> NoReturn:
        """Never returns: a child that fell back into the zygote's loop would answer for it."""
        try:
            parent = os.getppid()
            kernel.close_except([fd] if ahead else [fd, *door])
            conn = socket.socket(fileno=fd)
            if ahead:
                door = self._await_door(conn)
            join.enter(door)
            kernel.die_with(parent)  # only now: the kernel forgets it whenever credentials change
            if ahead:
                conn = _await_call(conn)
            found, conn = caller.receive(conn)
            os.environb.clear()
            os.environb.update(found.environment)

            def tell(code: int) -> None:
                with contextlib.suppress(OSError):
                    conn.send(_STATUS % (code << 8), socket.MSG_DONTWAIT)

            conn.send(b"p%d\n" % os.getpid())
            self._run(found.arguments, tell)
        finally:  # without a word the shim reads an end of file, and starts the plain program
            os._exit(1)

    def _await_door(self, line: socket.socket) -> list[int]:
        """Until the jail is made, what a call would write becomes this process's own."""
        kernel.hide()
        pages.populate(self._written)
        return socket.recv_fds(line, 1, len(join.DOOR) + 1)[1]


def _await_call(line: socket.socket) -> socket.socket:
    """The connection to the shim."""
    join.rename(b"standby", [b"standby"])
    with line:
        return socket.socket(fileno=socket.recv_fds(line, 1, 1)[1][0])


def _peer(conn: int) -> int:
    with socket.socket(fileno=os.dup(conn)) as sock:
        return int.from_bytes(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], sys.byteorder)


def main(descriptor: int, tool: str) -> None:
    began = time.monotonic()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    module: Any = importlib.import_module(f"sandbox.tools.{tool}")
    sock = socket.socket(fileno=descriptor)
    try:
        warm = module.warm()
    except BaseException:
        traceback.print_exc()
        raise
    Zygote(sock, warm, began).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
